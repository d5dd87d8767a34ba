import type { JsonObject } from '../../../kernel/json.ts';

/**
 * How a member of a request is handled. `text`: walked, its strings are read. `keep`: a string there is a name others refer by, and stays.
 * `sealed`: signed, encrypted or media, so it stays as it is and is counted; `still`: what such a signature is about. `data`: what a tool is given
 * or gives; names and numbers in it are read too. `json`: such data, written as text.
 */
export type Handling = 'text' | 'keep' | 'sealed' | 'still' | 'data' | 'json';

/** Where in a dialect's requests words stand. What is not named is `text`, so that nothing new is left unread. */
export type PromptShape = (owner: JsonObject, member: string) => Handling;

/** Members that name things: kinds, tools, calls, files. A value put in their place would name nothing. */
const NAMES: ReadonlySet<string> = new Set(
  'type role id name model object status conversation detail format media_type mime_type mimeType mediaType $ref $schema'.split(' '),
);
const SEALS: ReadonlySet<string> = new Set(
  'signature thoughtSignature thought_signature encrypted_content encrypted_index encrypted_stdout file_data fileData'.split(' '),
);
const MEDIA_TYPES = ['media_type', 'mime_type', 'mimeType', 'mediaType', 'format'] as const;

/** What members mean wherever they stand, in every dialect. */
export function plainShape(owner: JsonObject, member: string): Handling {
  if (NAMES.has(member) || member.endsWith('_id')) return 'keep';
  if (SEALS.has(member) || (member === 'data' && isSealedData(owner))) return 'sealed';
  if (isSigned(owner)) return 'still';
  return member === 'metadata' || member === 'labels' ? 'data' : 'text';
}

/** Media, and thoughts that came encrypted. */
function isSealedData(owner: JsonObject): boolean {
  const { type } = owner;
  if (type === 'redacted_thinking' || type === 'reasoning.encrypted') return true;
  return type !== 'text' && MEDIA_TYPES.some((media) => typeof owner[media] === 'string');
}

/** A signature is about the thought beside it, so neither is touched. */
function isSigned({ type, signature }: JsonObject): boolean {
  return typeof signature === 'string' && signature !== '' && typeof type === 'string' && /thinking|reasoning/.test(type);
}
