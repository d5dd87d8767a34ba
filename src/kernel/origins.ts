import type { Action } from './action.ts';
import type { Origin } from './decision.ts';
import type { Print } from './ids.ts';
import type { PrintOrigin, SessionState } from './world.ts';

const MADE = { provenance: 'made', labels: ['model_output'] } as const;
/** Stands for values that did not fit: no salted print is one character long. */
export const OVERFLOW = '*' as Print;

const NONE: readonly Origin[] = [];

/** TAINT-8: once the session forgot values, an unknown one may have been quoted from the forgotten ones. */
const FORGOTTEN: Omit<PrintOrigin, 'source'> = {
  provenance: 'quoted',
  labels: ['memory_read', 'retrieved_doc', 'tool_output'],
  trusted: false,
};

/** What the session knows of a value: null when the model made it. */
export function lookUp(print: Print, session: SessionState | undefined): PrintOrigin | Omit<PrintOrigin, 'source'> | null {
  if (print === OVERFLOW) return FORGOTTEN;
  const known = session?.prints.get(print);
  if (known !== undefined) return known;
  return session?.overflowed === true ? FORGOTTEN : null;
}

/** Where every traced leaf came from, in the order of the arguments (TAINT-1). */
export function originsOf(action: Action, session: SessionState | undefined): readonly Origin[] {
  if (action.traces.length === 0) return NONE;
  return action.traces.map((trace) => {
    const known = lookUp(trace.whole, session);
    if (known === null) return { pointer: trace.pointer, ...MADE };
    const source = 'source' in known ? { source: known.source } : {};
    return { pointer: trace.pointer, provenance: known.provenance, labels: known.labels, ...source };
  });
}
