import type { Label } from '../decision.ts';
import type { LabelledPrint } from '../entry.ts';
import type { EntryIndex, Print } from '../ids.ts';
import { OVERFLOW } from '../origins.ts';
import { newEdition } from '../persistent-map.ts';
import { emptyQueue, pop, push } from '../queue.ts';
import type { PrintOrigin, SessionState } from '../world.ts';

/** Prints one session keeps; beyond that the oldest leave and everything unknown counts as quoted (TAINT-8). */
export const MAX_PRINTS = 16_384;

const STRENGTH = { quoted: 0, reference: 1, typed: 2 } as const;

export interface Arrival {
  readonly labels: readonly Label[];
  readonly trusted: boolean;
  readonly source: EntryIndex;
}

function mergedLabels(a: readonly Label[], b: readonly Label[]): readonly Label[] {
  return b.every((label) => a.includes(label)) ? a : [...new Set([...a, ...b])].sort();
}

/**
 * TAINT-4: a value that came twice has its best origin (the user's own words before a whole leaf before a quotation), every label it ever
 * had, and is trusted once any trusted source said it at that strength or better.
 */
export function mergeOrigin(known: PrintOrigin | undefined, next: PrintOrigin): PrintOrigin {
  if (known === undefined) return next;
  const labels = mergedLabels(known.labels, next.labels);
  const gain = STRENGTH[next.provenance] - STRENGTH[known.provenance];
  const trusted = known.trusted || next.trusted;
  if (gain <= 0) return labels === known.labels && trusted === known.trusted ? known : { ...known, labels, trusted };
  return { provenance: next.provenance, labels, trusted, source: next.source };
}

/** The session with these values known to it. */
export function addPrints(session: SessionState, prints: readonly LabelledPrint[], arrival: Arrival): SessionState {
  if (prints.length === 0) return session;
  // Of its own: a child session shares the map of its parent, and neither may see what the other learns.
  const edition = newEdition();
  let map = session.prints;
  let order = session.printOrder ?? emptyQueue<Print>();
  let overflowed = session.overflowed;
  for (const { print, provenance } of prints) {
    if (typeof print !== 'string' || STRENGTH[provenance] === undefined) continue;
    if (print === OVERFLOW) {
      // What a trusted source said too much of does no harm when it is forgotten.
      overflowed ||= !arrival.trusted;
      continue;
    }
    const known = map.get(print);
    const origin = mergeOrigin(known, { provenance, ...arrival });
    if (origin !== known) map = map.set(print, origin, edition);
    if (known !== undefined) continue;
    order = push(order, print);
    if (map.size <= MAX_PRINTS) continue;
    const oldest = pop(order);
    if (oldest === null) continue;
    map = map.delete(oldest.item, edition);
    order = oldest.rest;
    overflowed = true;
  }
  return map === session.prints && overflowed === session.overflowed ? session : { ...session, prints: map, printOrder: order, overflowed };
}

/** TAINT-7: recorded sanitising or endorsement makes exactly these values trusted. */
export function trustPrints(session: SessionState, prints: readonly Print[], source: EntryIndex): SessionState {
  const unknown = prints.filter((print) => !session.prints.has(print)).map((print) => ({ print, provenance: 'quoted' as const }));
  const placed = addPrints(session, unknown, { labels: [], trusted: true, source });
  const edition = newEdition();
  let map = placed.prints;
  for (const print of prints) {
    const known = map.get(print);
    if (known !== undefined && !known.trusted) map = map.set(print, { ...known, trusted: true }, edition);
  }
  return map === placed.prints ? placed : { ...placed, prints: map };
}
