import { resolvePath } from '../path/resolve.ts';
import type { Arg, Call, Stream } from './call.ts';
import { harm } from './call.ts';
import { addHarm } from './collect.ts';
import type { Reading } from './reading.ts';

/** Remembers what a program writes into a file, so far as this text says it. */
export function keepWritten(path: Arg, access: string, call: Call, reading: Reading): undefined {
  if (access !== 'write') return undefined;
  if (call.bin === 'curl' || call.bin === 'wget' || call.bin === 'aria2c') keep(path.text, { origin: 'remote', secret: false }, reading);
  else if (call.bin === 'tee' || call.bin === 'sponge') keep(path.text, call.stdin, reading);
  return undefined;
}

export function keep(path: string, content: Stream, reading: Reading): void {
  if (path.length < 4096) reading.written.set(resolvePath(path).path, content);
}

/** What this text wrote into the file, when it did. */
export function contentOf(path: string, reading: Reading): Stream | undefined {
  return path.length < 4096 && reading.written.size > 0 ? reading.written.get(resolvePath(path).path) : undefined;
}

/** A file this very text wrote and now runs: its content is read as if it stood in place, its origin is judged. */
export function runWritten(path: Arg, reading: Reading): Stream | undefined {
  if (reading.written.size === 0 || path.text.length >= 4096) return undefined;
  const key = resolvePath(path.text).path;
  const content = reading.written.get(key);
  if (content === undefined) return undefined;
  reading.written.delete(key);
  if (content.origin === 'remote') addHarm(reading.into, harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network', target: path.text }), [path]);
  if (content.origin === 'decoded') addHarm(reading.into, harm('SHELL_DECODE_EXECUTE', 'HIGH', { target: path.text }), [path]);
  return content.text === undefined ? undefined : reading.readInner(content.text, reading);
}
