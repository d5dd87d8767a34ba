import type { Json } from '../kernel/json.ts';
import { parseStrict } from '../wire/strict-json.ts';

/** Of answers, which may hold what was asked within lists of their own. */
const DEPTH = 256;

/** What an answer says; undefined where it is not strict JSON, null where it is empty. */
export function answerJson(bytes: Uint8Array): Json | undefined {
  if (bytes.length === 0) return null;
  try {
    return parseStrict(bytes, { bytes: bytes.length, keys: bytes.length, depth: DEPTH });
  } catch {
    return undefined;
  }
}
