import type { Json } from '../../../kernel/json.ts';
import { argsOf } from './members.ts';

/** Deep equality; the order of keys does not matter. */
export function sameJson(one: Json, other: Json): boolean {
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const left = new Map<string, Json>(Object.entries(one));
  const right = Object.entries(other) as [string, Json][];
  return left.size === right.length && right.every(([key, value]) => left.has(key) && sameJson(left.get(key) ?? null, value));
}

/** Whether two texts carry the same arguments: equal, or the same strict JSON object written otherwise. */
export function sameArguments(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [argsOf(one), argsOf(other)];
  return a !== null && b !== null && sameJson(a, b);
}
