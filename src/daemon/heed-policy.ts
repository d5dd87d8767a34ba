import { AegisError } from '../errors.ts';
import { loadPolicy } from '../gate/tenant/policies.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { OperatorGate } from '../gate/operator-gate.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import { openEntry } from '../log/entry.ts';
import type { LogStore } from '../log/store.ts';
import { compilePolicy } from '../policy/compile.ts';
import { policyFileReader, SHIPPED } from './policy-files.ts';
import type { PolicyText } from './policy-files.ts';

interface Heeding {
  readonly gate: LogGate & OperatorGate;
  readonly store: LogStore;
  readonly policy: PolicyText;
  /** The setting as its user wrote it (`--policy strict`); null where nobody asked for a policy. */
  readonly asked: { readonly name: string; readonly origin: string } | null;
}

/**
 * The policy setting is for the first start of a store. One that never came so far that anybody had a key is such a start still; later on, a
 * setting that is not what is in force is refused and never silently ignored (GATE-29). Answers what the operator should know; null when there is nothing.
 * @throws AegisError POLICY_NOT_IN_FORCE, POLICY_INVALID
 */
export async function heedPolicy({ gate, store, policy, asked }: Heeding): Promise<string | null> {
  const world = gate.world(DEFAULT_TENANT);
  const untouched = world.operators.size === 0;
  if (asked === null && !untouched) return null;
  const source = { compile: compilePolicy, resolve: policyFileReader(policy.base), initial: policy.text };
  const { policy: wanted } = await loadPolicy(source, policy.text);
  if (wanted.digest === world.policy) return null;
  if (untouched) {
    await gate.activate(DEFAULT_TENANT, policy.text, 'system');
    return null;
  }
  if (asked === null) return null;
  const [found] = await store.read(DEFAULT_TENANT, { type: 'policy-activated', limit: 1, reverse: true });
  const entry = found === undefined ? null : openEntry(found.bytes, found.index);
  const name = entry?.type === 'policy-activated' ? entry.body.name : '?';
  const command = `aegis policy activate ${asked.name}`;
  // The same name with other bytes is what a new release brings; nobody asked for another policy.
  if (name === wanted.name && (SHIPPED as readonly string[]).includes(asked.name))
    return `The policy ${name} in force is not the ${name} of this release. To switch, run: ${command}`;
  throw new AegisError('POLICY_NOT_IN_FORCE', {
    asked: asked.origin,
    name,
    digest: (world.policy ?? '').slice(0, 12),
    at: new Date(entry?.at ?? 0).toISOString().slice(0, 10),
    command,
  });
}
