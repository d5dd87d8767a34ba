import type { Json } from '../../../kernel/json.ts';
import { objectOf, textOf } from './members.ts';

/** What an error of a provider is called in the log, when it has no name of its own. */
const UNNAMED = 'UPSTREAM_ERROR';
const LONGEST = 128;

/** The provider's own name for an error, from what stands under `error`; null when there is none. */
export function failureOf(error: Json | undefined): string | null {
  if (error === undefined || error === null || error === '' || error === false) return null;
  const said = objectOf(error);
  if (said === null) return typeof error === 'object' && Object.keys(error).length === 0 ? null : UNNAMED;
  if (Object.keys(said).length === 0) return null;
  const name = [said['code'], said['status'], said['type']].map((one) => textOf(one)?.trim()).find((one) => one !== undefined && one !== '');
  if (name !== undefined) return printable(name);
  return typeof said['code'] === 'number' ? `UPSTREAM_${String(said['code'])}`.slice(0, LONGEST) : UNNAMED;
}

function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST);
}
