import { readFileSync } from 'node:fs';

/** The four agents, what each may do, and so what must happen in each of the 68 cases. */
export interface Staff {
  /** Agent id. */
  readonly id: string;
  readonly title: string;
  /** The customer it works on. */
  readonly customer: number;
  readonly allow: readonly string[];
  readonly streaming: boolean;
}

export const BLOCKED = ['delete_records', 'connect_external'] as const;

/** The Python agent reads the same file. */
export const STAFF = JSON.parse(readFileSync(new URL('./staff.json', import.meta.url), 'utf8')) as readonly Staff[];

export type Expected = 'allow' | 'ask' | 'deny';

export function expected(staff: Staff, tool: string): Expected {
  if (BLOCKED.some((name) => name === tool)) return 'deny';
  return staff.allow.includes(tool) ? 'allow' : 'ask';
}
