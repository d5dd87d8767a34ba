import { isPlainName } from '../../inspect/key-names.ts';
import type { EntryBodies, EntryType } from '../../kernel/entry.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { SEALED } from '../../kernel/sealed.ts';
import { maskedPointer } from './mask-pointer.ts';

/** A fact as its entry shows it, and what of it lies beside the log. */
export interface SealedFact<T extends EntryType> {
  readonly body: EntryBodies[T];
  readonly kept?: Json;
  /** Whose session it is about, where the fact itself says so. */
  readonly session?: string;
}

type Sealing = { readonly [T in EntryType]?: (body: EntryBodies[T]) => SealedFact<T> };

/** Facts that an agent or a provider puts text of its own in (LOG-30). */
const SEALING: Sealing = {
  'memory-labelled': (body) => (isPlainName(body.key) ? { body } : { body: { ...body, key: SEALED }, kept: { key: body.key } }),
  'request-refused': (body) => ({ body: body.pointer === undefined ? body : { ...body, pointer: maskedPointer(body.pointer) } }),
  'action-journalled': sealJournalled,
  'answer-received': sealAnswer,
  'run-tripped': sealTrip,
};

export function sealFact<T extends EntryType>(type: T, body: EntryBodies[T]): SealedFact<T> {
  const seal: ((body: EntryBodies[T]) => SealedFact<T>) | undefined = SEALING[type];
  return seal === undefined ? { body } : seal(body);
}

const PLACE = /^[A-Za-z0-9._:@/-]{1,128}$/;

/** An agent reports a whole action in its own shape: the name of the tool stays, as in a decision. */
function sealJournalled(body: EntryBodies['action-journalled']): SealedFact<'action-journalled'> {
  const { name, session } = body.action;
  const shown: JsonObject = typeof name === 'string' && /^[\x21-\x7e]{1,256}$/.test(name) ? { name } : {};
  const about = typeof session === 'string' && PLACE.test(session) ? { session } : {};
  return { body: { ...body, action: shown }, kept: body.action, ...about };
}

/** What an agent did again and again, and why it could not be watched, are text; the numbers are not. */
function sealTrip(body: EntryBodies['run-tripped']): SealedFact<'run-tripped'> {
  const texts = Object.entries(body.detail).filter(([, value]) => typeof value === 'string' && !isPlainName(value));
  if (texts.length === 0) return { body };
  return {
    body: { ...body, detail: { ...body.detail, ...Object.fromEntries(texts.map(([name]) => [name, SEALED])) } },
    kept: Object.fromEntries(texts),
  };
}

/** What a provider calls its answers and calls is its own text; the order of the calls tells which name is whose. */
function sealAnswer(body: EntryBodies['answer-received']): SealedFact<'answer-received'> {
  const { names, calls } = body;
  if (names.length === 0 && calls.length === 0) return { body };
  const shown = calls.map(({ kind, ...call }) => ({
    ...call,
    id: SEALED,
    ...(kind === undefined ? {} : { kind: isPlainName(kind) ? kind : SEALED }),
  }));
  return {
    body: { ...body, names: names.map(() => SEALED), calls: shown },
    kept: { names, calls: calls.map(({ id, kind }) => (kind === undefined ? { id } : { id, kind })) },
  };
}
