import type { JsonObject } from '../../kernel/json.ts';
import type { Handling } from './map-strings.ts';

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
