import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { get } from '../state/ask.ts';
import type { ActionRow } from '../state/shapes.ts';
import { onEntry, usePush } from '../state/stream.ts';

interface Reply {
  readonly actions: readonly ActionRow[];
  readonly next?: number;
}

export interface Feed {
  /** Newest first. */
  readonly rows: readonly ActionRow[];
  /** Rows that came while it was paused. */
  readonly held: number;
  readonly state: 'loading' | 'ready' | 'failed';
  readonly error: unknown;
  /** Reads what came before the oldest row; null when there is nothing. */
  readonly older: (() => void) | null;
}

const [PAGE, BURST, GATHER_MS] = [200, 500, 120];
/** Rows kept; the oldest make room. */
const MOST = 100_000;

/** Decided actions as they become durable. `filter` is what the daemon looks up by index: agent, session, effect. */
export function useFeed(filter: string, paused: boolean): Feed {
  const [rows, setRows] = useState<readonly ActionRow[]>([]);
  const [held, setHeld] = useState<readonly ActionRow[]>([]);
  const [at, setAt] = useState<{ readonly state: Feed['state']; readonly error: unknown; readonly next: number | null }>({
    state: 'loading',
    error: null,
    next: null,
  });
  const newest = useRef(-1);
  const isPaused = useRef(paused);
  useEffect(() => {
    isPaused.current = paused;
    if (paused) return;
    setHeld((waiting) => {
      if (waiting.length > 0) setRows((before) => merged(waiting, before));
      return [];
    });
  }, [paused]);
  useEffect(() => {
    const gone = new AbortController();
    newest.current = -1;
    setHeld([]);
    setAt({ state: 'loading', error: null, next: null });
    get<Reply>(`/v1/actions?limit=${String(PAGE)}${filter}`, gone.signal).then(
      ({ actions, next }) => {
        newest.current = actions[0]?.index ?? 0;
        setRows(actions);
        setAt({ state: 'ready', error: null, next: next ?? null });
      },
      (error: unknown) => (gone.signal.aborted ? undefined : setAt({ state: 'failed', error, next: null })),
    );
    return () => gone.abort();
  }, [filter]);
  useFollowing(filter, newest, (fresh) => (isPaused.current ? setHeld : setRows)((before) => merged(fresh, before)));
  const { next } = at;
  const older =
    next === null
      ? null
      : (): void => {
          setAt((before) => ({ ...before, next: null }));
          get<Reply>(`/v1/actions?limit=${String(PAGE)}&to=${String(next)}${filter}`).then(
            (reply) => {
              setRows((before) =>
                before.length >= MOST ? before : [...before, ...reply.actions.filter(({ index }) => index < (before.at(-1)?.index ?? Infinity))],
              );
              setAt((before) => ({ ...before, next: reply.next ?? null }));
            },
            () => setAt((before) => ({ ...before, next })),
          );
        };
  return { rows, held: held.length, state: at.state, error: at.error, older };
}

function merged(fresh: readonly ActionRow[], before: readonly ActionRow[]): readonly ActionRow[] {
  const top = before[0]?.index ?? -1;
  const added = fresh.filter(({ index }) => index > top);
  return added.length === 0 ? before : [...added, ...before].slice(0, MOST);
}

/** Reads what was decided since the newest row, when the stream says that there is something. */
function useFollowing(filter: string, newest: RefObject<number>, onFresh: (rows: readonly ActionRow[]) => void): void {
  const { state } = usePush();
  const add = useRef(onFresh);
  useEffect(() => {
    add.current = onFresh;
  });
  useEffect(() => {
    const gone = new AbortController();
    let [timer, busy, again] = [undefined as ReturnType<typeof setTimeout> | undefined, false, false];
    const read = async (): Promise<void> => {
      if (newest.current < 0) return;
      busy = true;
      const { actions } = await get<Reply>(
        `/v1/actions?reverse=false&limit=${String(BURST)}&from=${String(newest.current + 1)}${filter}`,
        gone.signal,
      ).catch((): Reply => ({ actions: [] }));
      busy = false;
      if (gone.signal.aborted) return;
      const fresh = actions.toReversed();
      newest.current = fresh[0]?.index ?? newest.current;
      if (fresh.length > 0) add.current(fresh);
      if (again || actions.length === BURST) later();
      again = false;
    };
    const later = (): void => {
      if (busy) again = true;
      else
        timer ??= setTimeout(() => {
          timer = undefined;
          void read();
        }, GATHER_MS);
    };
    const stop = onEntry(({ type }) => (type === 'action-decided' ? later() : undefined));
    // After a pause of the connection: what came meanwhile.
    if (state === 'live') later();
    return () => {
      gone.abort();
      clearTimeout(timer);
      stop();
    };
  }, [filter, state, newest]);
}
