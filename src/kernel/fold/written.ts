import type { FileTrace } from '../action.ts';
import type { EntryIndex } from '../ids.ts';
import { isOwned } from '../owned.ts';
import type { SessionState, World } from '../world.ts';

/** Written files a session remembers; the oldest goes first. */
const MOST = 64;

/** The session once it wrote these files; what is written again holds what was written last (INSPECT-105). */
export function withWritten(
  session: SessionState,
  wrote: readonly FileTrace[],
  place: { readonly world: World; readonly index: EntryIndex },
): SessionState {
  if (!isOwned(place.world) || wrote.length === 0) return session;
  const again = new Set(wrote.map(({ whole }) => whole));
  const before = (session.written ?? []).filter(({ whole }) => !again.has(whole));
  const fresh = wrote.filter(({ runs }) => runs !== undefined).map((file) => ({ ...file, source: place.index }));
  const written = [...before, ...fresh].slice(-MOST);
  return written.length === 0 && session.written === undefined ? session : { ...session, written };
}
