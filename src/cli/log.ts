import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { examples } from './examples.ts';
import { EXIT } from './exit.ts';
import { createPrivateFile } from './files.ts';
import type { StoreFlags } from './flags.ts';
import { whole } from './numbers.ts';
import { json, jsonText, line, note, shortened, tone, visible } from './print.ts';
import { time } from './screen/when.ts';
import { cut, drawnWidth, screenWidth } from './screen/width.ts';

interface EntryRow {
  readonly index: number;
  readonly at: number;
  readonly type: string;
  readonly agent?: string;
  readonly session?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `aegis log tail|verify|proof|export`. Verifying needs no daemon. */
export const define: Define = (command) => {
  command
    .command('tail')
    .description('show the newest entries, then new ones as they are written, until Ctrl-C')
    .option('--last <number>', 'start this many entries back', whole(0, 1000), 20)
    .option('--no-follow', 'stop after the newest entry')
    .option('--json', 'one JSON object per line')
    .action(tail);
  defineVerify(command);
  command
    .command('proof')
    .argument('<index>', 'the entry’s number', whole(0))
    .description('print an entry with its inclusion proof, which can be verified without Aegis')
    .option('--json', 'print JSON')
    .action(async (index: number) => json(await connection().get('/v1/log/proof/inclusion', { index })));
  command
    .command('export')
    .description('export the whole log with payloads and the newest checkpoint, as JSONL')
    .option('--out <file>', 'write to this file instead of the terminal')
    .action(exportLog);
  defineRotate(command);
  examples(command, [
    'aegis log tail',
    'aegis log tail --last 100 --no-follow --json',
    'aegis log verify',
    'aegis log verify --export audit.jsonl --key "aegis-…+…"',
    'aegis log proof 42',
    'aegis log export --out audit.jsonl',
    'aegis log rotate-key --reason "yearly"',
  ]);
};

interface VerifyOptions extends StoreFlags {
  readonly export?: string;
  readonly withoutPayloads?: true;
  readonly key?: string;
  readonly config?: string;
  readonly json?: true;
}

function defineVerify(command: Command): void {
  command
    .command('verify')
    .description('verify every entry; if anything was changed: exit code 1 and the first bad entry')
    .option('--data <folder>', 'the store to verify (default ./.aegis)')
    .option('--checkpoints <folder>', 'checkpoints to compare with; for --export, saved ones')
    .option('--config <file>', 'configuration file')
    .option('--export <file>', 'verify an export instead of a store')
    .option('--key <vkey>', 'public key (or its file) that must have signed the checkpoints')
    .option('--without-payloads', 'the export has no payloads: verify only its entries')
    .option('--json', 'print JSON')
    .action(verify);
}

async function verify(options: VerifyOptions): Promise<void> {
  const { verifyData, verifyFile } = await import('./verify.ts');
  const results = options.export === undefined ? await verifyData(options) : [await verifyFile(options.export, options)];
  if (results.some(({ ok }) => !ok)) process.exitCode = EXIT.failed;
  if (options.json === true) return json(results.length === 1 ? results[0] : results);
  for (const result of results) {
    const where = `${visible(result.tenant)}: ${String(result.size)} entries`;
    if (result.ok)
      line(`${tone('good', 'ok')}   ${where}, root ${result.root}, ${String(result.anchored)} of them vouched for by a signed checkpoint`);
    else if (result.firstBad === undefined) line(`${tone('bad', 'BAD')}  ${where} verify, but ${visible(result.detail)}`);
    else line(`${tone('bad', 'BAD')}  ${where} verify, then entry ${String(result.firstBad)} does not: ${visible(result.detail)}${culprit(result)}`);
    const { intact, erased, missing } = result.payloads;
    line(`     payloads: ${String(intact)} intact, ${String(erased)} erased, ${String(missing)} missing`);
    for (const one of result.against) line(`     checked: ${visible(one)}`);
    for (const one of result.notVerified) line(`     not checked: ${visible(one)}`);
  }
}

/** A broken link names two entries: an export holds no hashes but these links. */
function culprit({ firstBad, detail }: { readonly firstBad?: number; readonly detail: string }): string {
  return detail.startsWith('its prev') && firstBad !== undefined && firstBad > 0
    ? `; so entry ${String(firstBad - 1)} or the link of entry ${String(firstBad)} was changed`
    : '';
}

async function tail(options: { last: number; follow: boolean; json?: true }): Promise<void> {
  const aegis = connection();
  const aborted = new AbortController();
  process.once('SIGINT', () => aborted.abort());
  const { entries } = (await aegis.get('/v1/log', { reverse: true, limit: Math.max(1, options.last) })) as { entries: readonly EntryRow[] };
  const newest = entries.toSorted((a, b) => a.index - b.index);
  const shown = options.last === 0 ? [] : newest;
  for (const entry of shown) print(entry, options.json === true);
  if (!options.follow) return;
  const from = (newest.at(-1)?.index ?? -1) + 1;
  try {
    for await (const text of aegis.lines('/v1/stream', { from }, aborted.signal)) {
      if (text.startsWith('data: ')) print(JSON.parse(text.slice(6)) as EntryRow, options.json === true);
    }
  } catch (error) {
    if (!aborted.signal.aborted) throw error;
  }
}

function print(entry: EntryRow, asJson: boolean): void {
  if (asJson) return line(jsonText(entry));
  const who = visible([entry.agent, entry.session].filter((part) => part !== undefined).join(' / '));
  const [number, type] = [String(entry.index).padStart(6), entry.type.padEnd(18)];
  const width = screenWidth();
  const before = drawnWidth(`${number}  ${time(entry.at)}  ${type}  ${who}  `);
  const told = visible(shortened(gist(entry), 120));
  line(
    `${number}  ${time(entry.at)}  ${tone('bold', type)}  ${who}  ${tone('dim', width === null ? told : cut(told, Math.max(20, width - before)))}`,
  );
}

/** What of an entry a person wants on one line. */
function gist({ type, body }: EntryRow): string {
  if (type === 'action-decided') {
    const { action, decision } = body as { action: { name: string }; decision: { effect: string; reasons: readonly { code: string }[] } };
    return `${action.name} → ${decision.effect} ${decision.reasons.map(({ code }) => code).join(' ')}`;
  }
  // Digests and salts are for `--json`.
  return JSON.stringify(body, (key, value: unknown) => (/(?:^|D|d)igest$/.test(key) || key === 'salt' ? undefined : value));
}

function defineRotate(command: Command): void {
  command
    .command('rotate-key')
    .description('sign checkpoints with a new key; the old one confirms it and is destroyed')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--json', 'print JSON')
    .action(rotateKey);
}

async function rotateKey(options: { reason: string; json?: true }): Promise<void> {
  const made = (await connection().post('/v1/log/keys/rotate', { reason: options.reason })) as { previous: string; next: string; index: number };
  if (options.json === true) return json(made);
  line(`Signed by ${visible(made.next)} from now on; recorded as entry ${String(made.index)}.`);
  note('The old key still verifies the log, across the rotation. From today on, the new key is enough.');
}

async function exportLog(options: { out?: string }): Promise<void> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const text of connection().lines('/v1/log/export', { payloads: true })) {
      count++;
      yield `${text}\n`;
    }
  }
  if (options.out === undefined) return pipeline(lines(), process.stdout, { end: false });
  await pipeline(lines(), createPrivateFile(options.out));
  note(`${String(count)} lines in ${options.out}. Verify it anywhere: aegis log verify --export ${options.out}`);
}
