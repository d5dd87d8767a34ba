import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { AegisError } from '../../../errors.ts';

/** Decoded bytes per coded byte; what packs tighter is a bomb (LLM-9). */
const RATIO = 100;
/** Below this nothing is a bomb. */
const HARMLESS = 1_048_576;

/** A stream that undoes one content coding; null for none. @throws AegisError CODING_UNKNOWN, also for several at once */
export function decoderFor(coding: string | undefined): Transform | null {
  switch (coding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      // Node 20 has none.
      if (typeof zlib.createZstdDecompress === 'function') return zlib.createZstdDecompress();
      break;
  }
  throw new AegisError('CODING_UNKNOWN', { coding: (coding ?? '').slice(0, 64) });
}

/** Counts both sides of a decoder. */
export interface Measure {
  coded(bytes: number): void;
  /** @throws AegisError BODY_TOO_LARGE beyond the limit or the ratio */
  decoded(bytes: number): void;
}

export function createMeasure(limit: number): Measure {
  let coded = 0;
  let decoded = 0;
  return {
    coded: (bytes) => {
      coded += bytes;
    },
    decoded: (bytes) => {
      decoded += bytes;
      if (decoded > limit || (decoded > HARMLESS && decoded > coded * RATIO)) throw new AegisError('BODY_TOO_LARGE', { limit });
    },
  };
}
