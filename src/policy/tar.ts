import { gunzipSync } from 'node:zlib';

const BLOCK = 512;
const MAX_UNPACKED = 64 * 1024 * 1024;

/**
 * Reads a gzipped POSIX tar in memory; only regular files, names without a leading `./` or `/`.
 * Throws on damage, on a checksum that differs, and beyond 64 MiB unpacked (a bundle is small; a bomb is not).
 */
export function untarGz(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const tar = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED });
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (checksum(header) !== octal(header, 148, 8)) throw new Error('the archive is damaged');
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    if (start + size > tar.length) throw new Error('the archive is cut short');
    const kind = String.fromCharCode(header[156] ?? 0);
    const name = [field(header, 345, 155), field(header, 0, 100)].filter((part) => part !== '').join('/');
    if (kind === '0' || kind === '\0') files.set(name.replace(/^(\.?\/)+/u, ''), tar.subarray(start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function field(header: Uint8Array, at: number, length: number): string {
  const raw = header.subarray(at, at + length);
  const end = raw.indexOf(0);
  return new TextDecoder().decode(end < 0 ? raw : raw.subarray(0, end));
}

function octal(header: Uint8Array, at: number, length: number): number {
  const text = field(header, at, length).trim();
  if (!/^[0-7]{1,12}$/u.test(text)) throw new Error('the archive is damaged');
  return Number.parseInt(text, 8);
}

/** Sum of the header's bytes with the checksum's own field read as spaces (POSIX ustar). */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}
