import { found } from '../../inspect/found.ts';
import type { Finding, Reading } from '../../kernel/finding.ts';
import { invalid } from '../input.ts';

export const MOST_UNREADABLE = 64;
export const LONGEST_POINTER = 1_024;

/** @throws AegisError REQUEST_INVALID */
export function checkUnreadable(pointers: readonly string[] = []): void {
  const fits = (pointer: unknown): boolean =>
    typeof pointer === 'string' && (pointer === '' || pointer.startsWith('/')) && pointer.length <= LONGEST_POINTER && pointer.isWellFormed();
  if (!Array.isArray(pointers) || pointers.length > MOST_UNREADABLE || !pointers.every(fits)) {
    throw invalid(`unreadable must be at most ${String(MOST_UNREADABLE)} JSON pointers`, '/unreadable');
  }
}

/** What an integration could not say in JSON was not inspected, whatever text stands for it (SDK-13). */
export function withUnreadable(reading: Reading, pointers: readonly string[] = []): Reading {
  if (pointers.length === 0) return reading;
  const text = 'a value of the program that JSON cannot say';
  const findings = pointers.map((pointer): Finding =>
    found({ detector: 'limit', code: 'UNINSPECTABLE', risk: 'HIGH', pointer, text, inspected: false }),
  );
  return { ...reading, findings: [...reading.findings, ...findings] };
}
