import { appendFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Transport } from './transport.ts';
import type { JournalEntry } from './wire.ts';

/** Decisions obeyed while Aegis was away, kept on disk until Aegis has recorded them. */
export interface Journal {
  append(entry: JournalEntry): Promise<void>;
  /** Sends what is kept; entries are dropped only after Aegis acknowledged them. Returns how many were sent. */
  replay(transport: Transport): Promise<number>;
}

export function fileJournal(path: string): Journal {
  // One writer at a time: an append never lands in a file that a replay is about to drop.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    append: (entry) =>
      inTurn(async () => {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600, flush: true });
      }),
    replay: (transport) =>
      inTurn(async () => {
        const sending = `${path}.sending`;
        let sent = await sendFile(sending, transport);
        if (await exists(path)) {
          await rename(path, sending);
          sent += await sendFile(sending, transport);
        }
        return sent;
      }),
  };
}

async function sendFile(path: string, transport: Transport): Promise<number> {
  if (!(await exists(path))) return 0;
  const entries = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry);
  if (entries.length > 0) await transport.send({ method: 'POST', path: '/v1/journal', body: { entries } });
  await rm(path);
  return entries.length;
}

/** Only a regular file is ours to move and remove. */
async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
