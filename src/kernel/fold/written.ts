import type { FileTrace } from '../action.ts';
import { worstRisk } from '../finding.ts';
import type { EntryIndex } from '../ids.ts';
import { isOwned } from '../owned.ts';
import { isSameFile } from '../same-file.ts';
import type { SessionState, World } from '../world.ts';

/** Written files a session remembers; the oldest goes first. */
const MOST = 64;

/** The session once it wrote these files; what is written again holds what was written last, what is moved or copied what it held before (INSPECT-105, INSPECT-193). */
export function withWritten(
  session: SessionState,
  wrote: readonly FileTrace[],
  place: { readonly world: World; readonly index: EntryIndex },
): SessionState {
  if (!isOwned(place.world) || wrote.length === 0) return session;
  const known = session.written ?? [];
  const again = new Set(wrote.map(({ whole }) => whole));
  const before = known.filter(({ whole }) => !again.has(whole));
  const fresh = wrote.flatMap(({ from = [], ...file }) => {
    const held = known.filter((one) => from.some((source) => isSameFile(one, source)));
    if (file.runs === undefined && held.length === 0) return [];
    return [{ ...file, runs: worstRisk([file.runs, ...held.map(({ runs }) => runs)]), source: place.index }];
  });
  const written = [...before, ...fresh].slice(-MOST);
  return written.length === 0 && session.written === undefined ? session : { ...session, written };
}
