import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex } from '../kernel/ids.ts';
import { isDigest } from '../wire/digest.ts';

/** An entry that says: these bytes lie beside me. */
export interface Naming {
  readonly digest: Digest;
  readonly index: EntryIndex;
  readonly agent: string | undefined;
  readonly session: string | undefined;
}

/** Digests of the bytes that were appended together with an entry: they lie beside the log until an erasure on record (LOG-22). */
export function keptWith(entry: Entry): readonly Digest[] {
  const replaced = replacementOf(entry);
  if (entry.payload === undefined) return replaced === null ? [] : [replaced];
  return replaced === null || replaced === entry.payload ? [entry.payload] : [entry.payload, replaced];
}

/** The arguments that took the place of what was asked are recorded by their digest. */
function replacementOf(entry: Entry): Digest | null {
  if (entry.type !== 'action-decided' || entry.body.decision.effect !== 'modify') return null;
  const digest = entry.body.decision.modify.args['$payload'];
  return isDigest(digest) ? digest : null;
}

/**
 * Digests an entry tells of besides: of what it took up again, which may have been erased by then, and of events of before their payloads were
 * kept. Bytes of theirs may lie beside the log; none must (LOG-23).
 */
export function toldOf(entry: Entry): readonly Digest[] {
  const kept = keptWith(entry);
  return digestsIn(entry).filter((digest) => !kept.includes(digest));
}

function digestsIn(entry: Entry): readonly Digest[] {
  switch (entry.type) {
    case 'action-decided':
      return [entry.body.action.argsDigest];
    case 'action-settled':
      return entry.body.resultDigest === undefined ? [] : [entry.body.resultDigest];
    case 'content-labelled':
      return [entry.body.contentDigest];
    case 'event-ingested':
      return [entry.body.payloadDigest];
    default:
      return [];
  }
}

/** Whether an entry is of an event whose payload was never stored: older builds kept its digest only (LOG-23). */
export function isNeverStored(entry: Entry): boolean {
  return entry.type === 'event-ingested' && entry.payload === undefined;
}
