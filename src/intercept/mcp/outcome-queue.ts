import { AegisError } from '../../errors.ts';
import type { EndedAction } from './decision-point.ts';
import { sizeOf } from './results.ts';

type Record<T> = (ended: EndedAction) => Promise<T>;

/** A value with more keys than may be recorded as such is recorded as the text it is. */
export async function recordOutcome<T>(record: Record<T>, ended: EndedAction): Promise<T> {
  try {
    return await record(ended);
  } catch (error) {
    const odd = error instanceof AegisError && /BODY_TOO|too (?:many|deep)/i.test(`${error.code} ${String(error.details['code'])}`);
    if (ended.result === undefined || !odd) throw error;
    return await record({ ...ended, result: JSON.stringify(ended.result) });
  }
}

/** Ends of calls whose answers may leave before they are recorded, of a session nobody else acts in (MCP-16). */
export interface OutcomeQueue {
  add(ended: EndedAction): void;
  /** Asks with every end that is not known to be recorded, so that it stands before what is asked. */
  askWith<T>(ask: (carried: readonly EndedAction[]) => Promise<T>): Promise<T>;
  /** Resolves when all of them are recorded. */
  flush(): Promise<void>;
}

/** A decision that comes within this time takes the end along; else it goes alone. */
const SOON_MS = 5;
const AGAIN_MS = 1_000;
const MOST_CARRIED = 16;
const CARRIED_BYTES = 262_144;

/** Recording is idempotent, so that an end on its way alone goes along with a decision all the same: whichever is first records it. */
export function createOutcomeQueue(record: Record<unknown>): OutcomeQueue {
  const open = new Set<EndedAction>();
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    for (const one of [...open]) {
      if (!open.has(one)) continue;
      await recordOutcome(record, one);
      open.delete(one);
    }
  };
  const later = (ms: number): void => {
    timer ??= setTimeout(() => flush().catch(() => later(AGAIN_MS)), ms);
  };
  return {
    add: (ended) => {
      open.add(ended);
      later(SOON_MS);
    },
    askWith: async (ask) => {
      const carried = [...open];
      if (carried.length === 0) return ask([]);
      if (carried.length <= MOST_CARRIED && sizeOf(carried as unknown as Parameters<typeof sizeOf>[0]) <= CARRIED_BYTES) {
        try {
          const answer = await ask(carried);
          for (const one of carried) open.delete(one);
          return answer;
        } catch (error) {
          if (!(error instanceof AegisError) || error.code !== 'AEGIS_REFUSED') throw error;
        }
      }
      // One of them may be what is refused: each is recorded by itself, and nothing is decided before.
      await flush();
      return ask([]);
    },
    flush,
  };
}
