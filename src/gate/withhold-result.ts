import type { Obligations } from '../kernel/decision.ts';
import { instructs } from '../kernel/fold/injected.ts';
import type { Json } from '../kernel/json.ts';
import { isObject } from '../kernel/json.ts';
import type { FoundIn } from './nouns.ts';

/** What of a result may be handed on (TAINT-14). */
export type Withheld<T> =
  { readonly kind: 'nothing' } | { readonly kind: 'parts'; readonly value: T } | { readonly kind: 'all'; readonly text: string };

/**
 * The result without the instructions that were found in it, as the policy has it. A place that cannot be found in the value is one that cannot be
 * masked, so all of it is withheld.
 */
export function withholdResult<T extends Json>(value: T, findings: readonly FoundIn[], word: Obligations['injectedResults']): Withheld<T> {
  const bad = findings.filter(instructs);
  if (word === undefined || bad.length === 0) return { kind: 'nothing' };
  const codes = [...new Set(bad.map(({ code }) => code))].join(', ');
  const all = { kind: 'all', text: `Aegis withheld this result: it holds instructions to the model (${codes}). Tell the user.` } as const;
  if (word === 'withhold') return all;
  let masked: Json | undefined = value;
  for (const { pointer, code } of bad) masked = masked === undefined ? undefined : maskAt(masked, pointer.split('/').slice(1), code);
  return masked === undefined ? all : { kind: 'parts', value: masked as T };
}

/** Undefined: nothing stands there. */
function maskAt(value: Json, path: readonly string[], code: string): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === 'string' ? `[withheld by Aegis: ${code}]` : undefined;
  if (Array.isArray(value)) {
    const at = Number(step);
    const inner = (value as readonly Json[])[at];
    const masked = inner === undefined ? undefined : maskAt(inner, rest, code);
    return masked === undefined ? undefined : (value as readonly Json[]).with(at, masked);
  }
  const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
  const masked = maskAt(value[key] ?? null, rest, code);
  return masked === undefined ? undefined : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, name === key ? masked : inner]));
}
