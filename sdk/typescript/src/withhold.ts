import { AegisWithheldError } from './errors.ts';
import { isObject, toJson } from './json.ts';
import type { Decision, FoundIn, Json, Settled } from './wire.ts';

/** Text that steers a model, or that is spelled in characters nobody sees. */
function instructs({ detector, risk }: FoundIn): boolean {
  return detector === 'injection' ? risk === 'HIGH' || risk === 'CRITICAL' : detector === 'unicode' && risk === 'CRITICAL';
}

/**
 * The result as the model may read it: the texts that hold instructions are replaced, or all of it is withheld, as the policy says. What is no plain
 * JSON cannot be masked, so it is withheld. @throws AegisWithheldError
 */
export function withoutInstructions<T>(toolName: string, result: T, { decision, settled }: { decision: Decision; settled: Settled | false }): T {
  const word = decision.obligations.injectedResults;
  if (word === undefined || settled === false) return result;
  const bad = settled.findings.filter(instructs);
  if (bad.length === 0) return result;
  const codes = [...new Set(bad.map(({ code }) => code))];
  let masked: Json | undefined = word === 'mask' && isPlain(result) ? toJson(result) : undefined;
  for (const { pointer, code } of bad) masked = masked === undefined ? undefined : maskAt(masked, pointer.split('/').slice(1), code);
  if (masked === undefined) throw new AegisWithheldError(toolName, codes);
  return masked as T;
}

/** Text, or data without classes of its own: a masked copy of it is as good as the thing itself. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'string';
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** Undefined: nothing stands there. */
function maskAt(value: Json, [step, ...rest]: readonly string[], code: string): Json | undefined {
  if (step === undefined) return typeof value === 'string' ? `[withheld by Aegis: ${code}]` : undefined;
  const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
  const inner = Array.isArray(value) ? (value as readonly Json[])[Number(step)] : isObject(value) ? value[key] : undefined;
  const masked = inner === undefined ? undefined : maskAt(inner, rest, code);
  if (masked === undefined) return undefined;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item, at) => (at === Number(step) ? masked : item));
  return Object.fromEntries(Object.entries(value as object).map(([name, item]) => [name, name === key ? masked : (item as Json)]));
}
