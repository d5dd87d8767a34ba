import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AegisRefusedError } from './errors.ts';
import { notice } from './notice.ts';
import type { Transport } from './transport.ts';
import type { JournalEntry } from './wire.ts';

/** Decisions obeyed while Aegis was away, kept on disk until Aegis has recorded them. */
export interface Journal {
  append(entry: JournalEntry): Promise<void>;
  /** Sends what is kept; entries are dropped only after Aegis acknowledged them. Returns how many were sent. */
  replay(transport: Transport): Promise<number>;
}

/** `POST /v1/journal` takes so many entries, and a body is bounded. */
const MOST_ENTRIES = 1_000;
const MOST_CHARACTERS = 262_144;

/** Refusals of what is in it: asking again would change nothing. */
const MALFORMED: ReadonlySet<number> = new Set([400, 413, 422]);

let taken = 0;

export function fileJournal(path: string): Journal {
  // One writer at a time: an append never lands in a file that a replay is about to drop.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return { append: (entry) => inTurn(() => append(path, entry)), replay: (transport) => inTurn(() => replay(path, transport)) };
}

async function append(path: string, entry: JournalEntry): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (;;) {
    const file = await open(path, 'a', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(entry)}\n`);
      await file.sync();
      // Another process of this agent may have sent and removed the file between these two lines.
      if ((await file.stat()).nlink > 0) return;
    } finally {
      await file.close();
    }
  }
}

async function replay(path: string, transport: Transport): Promise<number> {
  const lines: string[] = [];
  const files: string[] = [];
  for (const file of await waiting(path)) {
    const mine = `${path}.sending-${String(process.pid)}-${String((taken += 1))}`;
    // Of several processes that want it one gets it.
    if (
      !(await rename(file, mine).then(
        () => true,
        () => false,
      ))
    )
      continue;
    files.push(mine);
    lines.push(...(await readFile(mine, 'utf8')).split('\n').filter((line) => line !== ''));
  }
  const [file] = files;
  if (file === undefined) return 0;
  const entries = lines.filter(isWhole);
  if (entries.length < lines.length)
    notice(`${String(lines.length - entries.length)} line(s) of the journal ${path} are not whole and were left out`);
  let left = entries;
  await keep(file, left);
  for (const other of files.slice(1)) await rm(other);
  while (left.length > 0) {
    const some = batch(left);
    await send(path, some, transport);
    left = left.slice(some.length);
    await keep(file, left);
  }
  return entries.length;
}

/** The journal itself, and what processes that are gone were sending. */
async function waiting(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sending = `${basename(path)}.sending`;
  const left = names.filter((one) => one.isFile() && one.name.startsWith(sending) && !isBusy(one.name.slice(sending.length)));
  const own = names.filter((one) => one.isFile() && one.name === basename(path));
  return [...left, ...own].map(({ name }) => join(folder, name));
}

/** Whether the process that named it runs and is another one. */
function isBusy(suffix: string): boolean {
  const pid = Number(/^-(\d+)-/.exec(suffix)?.[1] ?? 0);
  if (pid === 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function keep(file: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return rm(file);
  const next = `${file}.next`;
  await writeFile(next, `${lines.join('\n')}\n`, { mode: 0o600, flush: true });
  await rename(next, file);
}

function batch(lines: readonly string[]): readonly string[] {
  let characters = 0;
  const end = lines.findIndex(
    (line, at) => at >= MOST_ENTRIES || (at > 0 && characters + line.length > MOST_CHARACTERS) || ((characters += line.length), false),
  );
  return end < 0 ? lines : lines.slice(0, end);
}

async function send(path: string, lines: readonly string[], transport: Transport): Promise<void> {
  const entries = lines.map((line) => JSON.parse(line) as JournalEntry);
  try {
    await transport.send({ method: 'POST', path: '/v1/journal', body: { entries } });
  } catch (error) {
    if (!(error instanceof AegisRefusedError) || !MALFORMED.has(error.status)) throw error;
    const aside = `${path}.refused`;
    const file = await open(aside, 'a', 0o600);
    await file.writeFile(`${lines.join('\n')}\n`).finally(() => file.close());
    notice(`the journal of ${String(lines.length)} decision(s) was refused (${error.code}) and is kept in ${aside}`);
  }
}

/** A process that was killed while it wrote leaves half a line. */
function isWhole(line: string): boolean {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null;
  } catch {
    return false;
  }
}
