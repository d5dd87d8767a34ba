import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createInspect } from '../src/inspect/create-inspect.ts';
import { ablate } from './ablation.ts';
import { shippedPolicy } from './effect.ts';
import type { Half } from './halves.ts';
import { HALVES } from './halves.ts';
import { page } from './page.ts';
import type { Report } from './page.ts';
import { ablationText, streamText, table, unscored } from './report.ts';
import { filesOf } from './row.ts';
import type { Judges, Line } from './score.ts';
import { score } from './score.ts';
import type { StreamLine } from './streams.ts';
import { evaluateStreams, STREAMS } from './streams.ts';

const USAGE = `Usage: npm run eval -- --corpora DIR [options]

Reads every *.jsonl of DIR, decides each row under policies/default.yaml, and prints what was denied, asked and detected.

  --only NAME      files whose name contains NAME
  --half HALF      develop or held: figures of one half of the sources
  --missed         ids of rows whose outcome is not what the label asks for; of the half "develop" only
  --json           figures as JSON
  --write FILE     also write the report as a Markdown page
  -h, --help       this text

Examples:
  npm run eval -- --corpora ../corpora
  npm run eval -- --corpora ../corpora --only sql --missed
`;

interface Options {
  readonly corpora: string;
  readonly only: string;
  readonly half?: Half;
  readonly missed: boolean;
  readonly json: boolean;
  readonly write?: string;
}

function optionsOf(argv: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        corpora: { type: 'string' },
        only: { type: 'string', default: '' },
        half: { type: 'string' },
        missed: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        write: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { corpora, only, half, missed, json, write, help } = values;
    if (help) return USAGE;
    if (corpora === undefined) return `Say where the rows are: --corpora DIR.\n\n${USAGE}`;
    const known = HALVES.find((one) => one === half);
    if (half !== undefined && known === undefined) return `Unknown half "${half}": it is ${HALVES.join(' or ')}.\n`;
    if (missed && known === 'held') return 'Rows of the half "held" are not named: reading them would make it a second half to develop on.\n';
    return { corpora, only, missed, json, ...(known === undefined ? {} : { half: known }), ...(write === undefined ? {} : { write }) };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

/** The recorded streams of a folder, when it has any and they were asked for. */
function streamsIn({ corpora, only }: Options): readonly StreamLine[] {
  return STREAMS.includes(only) && readdirSync(corpora).includes(STREAMS) ? evaluateStreams(join(corpora, STREAMS)) : [];
}

function linesOf({ corpora, only }: Options, judges: Judges): Line[] {
  const files = filesOf(corpora, only);
  return files.flatMap((one, at) => {
    process.stderr.write(`${String(at + 1)}/${String(files.length)} ${one.file}, ${String(one.rows.length)} rows\n`);
    return score(one, judges);
  });
}

function print({ lines, ablations, streams }: Report, { half, missed }: Options): void {
  const out = [table(lines, half), '', ...unscored(lines), ...ablations.map(ablationText), ...streams.map(streamText)];
  if (missed) {
    for (const line of lines) if (line.missed.length > 0) out.push(`${line.file} ${line.kind} ${line.label}: ${line.missed.join(' ')}`);
    for (const line of streams) for (const why of [...line.failed, ...line.refused]) out.push(`${STREAMS} ${why}`);
  }
  process.stdout.write(`${out.join('\n')}\n`);
}

async function main(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  if (typeof options === 'string') {
    const help = options === USAGE;
    (help ? process.stdout : process.stderr).write(options);
    return help ? 0 : 2;
  }
  const judges = { inspect: await createInspect(), effectOf: await shippedPolicy() };
  const lines = linesOf(options, judges);
  const report: Report = { lines, ablations: filesOf(options.corpora, options.only).flatMap(ablate), streams: streamsIn(options) };
  if (options.write !== undefined) writeFileSync(options.write, page(report));
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else print(report, options);
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
