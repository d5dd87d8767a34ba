import { readFileSync } from 'node:fs';
import type { Inspect } from '../../src/inspect/inspect.ts';
import { createGate } from '../../src/gate/create-gate.ts';
import type { GateDeps, Timers } from '../../src/gate/deps.ts';
import type { Gate } from '../../src/gate/gate.ts';
import type { Principal, Proposal } from '../../src/gate/nouns.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { PersonRole } from '../../src/kernel/role.ts';
import { memoryStore } from '../../src/log/memory.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import type { Clock, Ids, Random } from '../../src/ports.ts';

/** Branded ids are minted at the doors; in tests any string is one. */
export function id<T>(text: string): T {
  return text as T;
}

export const TENANT = id<TenantId>('default');
export const START = Date.UTC(2026, 10, 21, 10, 0, 0);

/** Time that stands still until a test moves it; timers ring as it passes them. */
export interface HandClock extends Clock, Timers {
  move(ms: number): void;
  /** Time passes and the wall clock stands still. */
  pass(ms: number): void;
  set(to: number): void;
  readonly waiting: number;
}

export function handClock(start = START): HandClock {
  let now = start;
  let run = 0;
  const timers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const ring = (): void => {
    for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= run && timers.delete(timer)) timer.wake();
    }
  };
  return {
    now: () => now,
    monotonic: () => run,
    after: (ms, wake) => {
      const timer = { at: run + Math.max(0, ms), wake };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    move: (ms) => {
      now += ms;
      run += ms;
      ring();
    },
    pass: (ms) => {
      run += ms;
      ring();
    },
    set: (to) => {
      now = to;
    },
    get waiting() {
      return timers.size;
    },
  };
}

export function countingIds(prefix = 'id'): Ids {
  let next = 0;
  return { next: () => `${prefix}-${String(next++).padStart(8, '0')}` };
}

export function plainRandom(): Random {
  let next = 0;
  return { bytes: (length) => new Uint8Array(length).map(() => next++ % 256) };
}

/** Reads nothing dangerous, but calls `drop_everything` critical and `shell` a shell, so that policies have something to speak about. */
export const plainInspect: Inspect = ({ name, args }) => ({
  findings:
    name === 'drop_everything'
      ? [{ detector: 'sql', code: 'SQL_DROP', risk: 'CRITICAL', pointer: '', evidence: '', confidence: 1, inspected: true }]
      : Object.entries(args).flatMap(([key, value]) => secretFinding(key, value)),
  facts: { categories: ['unknown'], operations: [], commands: [], paths: [], urls: [], hosts: [], tables: [], recipients: [], amounts: [] },
});

function secretFinding(key: string, value: unknown): ReturnType<Inspect>['findings'] {
  const at = typeof value === 'string' ? value.indexOf('sk-test-') : -1;
  if (at < 0) return [];
  const span = [at, at + 24] as const;
  return [{ detector: 'secret', code: 'SECRET', risk: 'LOW', pointer: `/${key}`, span, evidence: String(value), confidence: 1, inspected: true }];
}

export function document(rest: JsonObject = {}): string {
  return JSON.stringify({ apiVersion: 'aegis.dev/v1', kind: 'Policy', metadata: { name: 'test' }, default: 'allow', ...rest });
}

export interface SampleGate {
  readonly gate: Gate;
  readonly clock: HandClock;
  readonly deps: GateDeps;
}

export function dependencies(part: Partial<GateDeps> & { readonly hand?: HandClock; readonly policy?: string } = {}): GateDeps & { hand: HandClock } {
  const { hand = handClock(), policy = document(), ...rest } = part;
  return {
    hand,
    store: memoryStore(),
    clock: hand,
    timers: hand,
    ids: countingIds(),
    random: plainRandom(),
    inspect: plainInspect,
    version: 'test',
    policies: {
      compile: compilePolicy,
      resolve: (path) => ({ text: readFileSync(path, 'utf8') }),
      initial: policy,
    },
    ...rest,
  };
}

export const BOOT = 'system' as const;
type Person<R extends PersonRole> = Extract<Principal, { operator: unknown }> & { readonly role: R };

export const ADMIN: Person<'admin'> = { role: 'admin', tenant: TENANT, operator: id('root') };
export const OPERATOR: Person<'operator'> = { role: 'operator', tenant: TENANT, operator: id('alice') };
export const SECOND: Person<'operator'> = { role: 'operator', tenant: TENANT, operator: id('bob') };
export const AUDITOR: Person<'auditor'> = { role: 'auditor', tenant: TENANT, operator: id('eve') };

/** A gate with four people and the agent `a1`. */
export async function sampleGate(part: Parameters<typeof dependencies>[0] = {}): Promise<SampleGate> {
  const { hand, ...deps } = dependencies(part);
  const gate = await createGate(deps);
  for (const { operator, role } of [ADMIN, OPERATOR, SECOND, AUDITOR]) {
    // Another gate on the same store may have added them.
    if (gate.world(TENANT).operators.get(operator)?.active === true) continue;
    const keyDigest = id<never>(operator.padEnd(64, '0'));
    await gate.record(TENANT, 'operator-added', { operator, role, name: operator, keyDigest }, BOOT);
  }
  await register(gate, 'a1');
  return { gate, clock: hand, deps };
}

export function register(gate: Gate, agent: string): Promise<unknown> {
  return gate.register(TENANT, id(agent), { capabilities: [], maxPriority: 10, onUnavailable: 'deny' }, BOOT);
}

export function proposal(part: Partial<Record<keyof Proposal, unknown>> = {}): Proposal {
  return {
    tenant: TENANT,
    agent: 'a1',
    session: 's1',
    kind: 'tool',
    name: 'read_thing',
    args: {},
    claims: {},
    door: 'http',
    enforcement: 'advisory',
    ...part,
  } as unknown as Proposal;
}
