import { mapStrings } from '../dialect/map-strings.ts';
import { objectOf } from '../dialect/members.ts';
import type { Frame } from '../dialect/frame.ts';
import { frameOf } from '../dialect/frame.ts';
import type { Restore } from '../dialect/restore.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { SecretMask } from '../../../wire/secret-mask.ts';

/**
 * The words of an answer without the secrets of Aegis, behind what is put back into them: a secret that is cut over two events stands in no run of
 * bytes, and only shows where the words are put together.
 */
export function maskedWords(mask: SecretMask, restore: Restore | null): Restore {
  return {
    text: (text) => mask.text(restore === null ? text : restore.text(text)),
    tail() {
      const before = restore?.tail() ?? null;
      const pieces = mask.pieces();
      return {
        take: (piece) => pieces.take(before === null ? piece : before.take(piece)),
        end: () => pieces.take(before === null ? '' : before.end()) + pieces.end(),
      };
    },
  };
}

/** JSON may spell any character as an escape, so that bytes without a secret hold one. The very same value when none does. */
export function maskedJson(value: JsonObject, written: string | Buffer, mask: SecretMask): JsonObject {
  return written.includes('\\') ? (objectOf(mapStrings(value, mask.text)) ?? value) : value;
}

export function maskedFrame(frame: Frame, mask: SecretMask): Frame {
  if (frame.data === null) return frame;
  const data = maskedJson(frame.data, frame.raw, mask);
  return data === frame.data ? frame : frameOf(data, frame.event);
}
