import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { policyFileReader } from '../daemon/policy-files.ts';
import type { Resolve } from '../policy/resolve.ts';
import { visible } from './print.ts';

/** Reads what a policy names exactly as a daemon would, and keeps what was read (POLICY-15). */
export interface ReadFiles {
  readonly resolve: Resolve;
  /** In base64, by the names the document gives them; absent where it names none. */
  sent(): { readonly files?: Readonly<Record<string, string>> };
  /** ` with limits.cedar (0a1b2c3d4e5f)`; empty where it names none. */
  said(): string;
}

export function readFilesBeside(path: string): ReadFiles {
  const read = policyFileReader(dirname(path));
  const found = new Map<string, Uint8Array>();
  return {
    resolve: (name) => {
      const file = read(name);
      found.set(name, file.bytes);
      return file;
    },
    sent: () =>
      found.size === 0 ? {} : { files: Object.fromEntries([...found].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')])) },
    said: () => {
      const names = [...found].map(([name, bytes]) => `${visible(name)} (${createHash('sha256').update(bytes).digest('hex').slice(0, 12)})`);
      return names.length === 0 ? '' : ` with ${names.join(', ')}`;
    },
  };
}
