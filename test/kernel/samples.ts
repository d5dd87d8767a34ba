import { fold } from '../../src/kernel/fold.ts';
import type { Action } from '../../src/kernel/action.ts';
import type { DecideContext } from '../../src/kernel/decide.ts';
import type { EntryBodies, EntryDraft, EntryType } from '../../src/kernel/entry.ts';
import type { Facts } from '../../src/kernel/finding.ts';
import type { NameSet, Policy } from '../../src/kernel/policy.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';

/** Branded ids are minted by the gate; in tests any string is one. */
export function id<T>(text: string): T {
  return text as T;
}

export const DAY = Date.UTC(2026, 10, 21, 10, 0, 0);
export const CONTEXT: DecideContext = { approval: id('ap1'), askDigest: id('d'.repeat(64)) };

export function names(...list: string[]): NameSet {
  const globs = list.filter((name) => name.endsWith('*')).map((glob) => (name: string) => name.startsWith(glob.slice(0, -1)));
  return { names: new Set(list.filter((name) => !name.endsWith('*'))), globs };
}

export const NO_FACTS: Facts = {
  categories: ['unknown'],
  operations: [],
  commands: [],
  paths: [],
  urls: [],
  hosts: [],
  tables: [],
  recipients: [],
  amounts: [],
};

export function facts(part: Partial<Facts>): Facts {
  return { ...NO_FACTS, ...part };
}

export function action(part: Partial<Record<keyof Action, unknown>> = {}): Action {
  return {
    id: 'x1',
    tenant: 't',
    agent: 'a1',
    session: 's1',
    kind: 'tool',
    name: 'read_thing',
    args: {},
    argsDigest: 'e'.repeat(64),
    claims: {},
    traces: [],
    findings: [],
    facts: NO_FACTS,
    door: 'http',
    enforcement: 'advisory',
    at: DAY,
    ...part,
  } as unknown as Action;
}

export function policy(part: Partial<Record<keyof Policy, unknown>> = {}): Policy {
  return {
    digest: 'p'.repeat(64),
    name: 'test',
    fallback: 'allow',
    agents: new Map(),
    manifests: new Map(),
    voices: [],
    intents: { costCeilingUsdMicros: null, blocked: [], priorityFloors: [], blockedAgents: names() },
    detectors: new Map(),
    budgets: [],
    rates: [],
    loops: { identical: null, sequences: false, noProgress: null, effect: 'deny' },
    taint: {
      sinks: ['shell', 'payment', 'communication', 'network.write'],
      untrusted: ['tool_output', 'retrieved_doc', 'memory_read'],
      quoted: 'ask',
      authority: ['recipient', 'account', 'amount', 'url', 'host', 'path', 'command', 'credential', 'permission'],
    },
    approvals: { aboveUsdMicros: null, confidenceBelow: null, intents: [], timeoutMs: 300_000, quorum: 1, approvers: [], maxPendingPerAgent: 5 },
    models: [],
    precision: new Map(),
    autoHalt: null,
    obligations: { timeoutMs: 30_000, maxOutputBytes: 1_048_576 },
    auditOnly: false,
    kinds: ['tool', 'model', 'egress', 'process', 'resource', 'memory', 'handoff'],
    ...part,
  } as unknown as Policy;
}

interface Place {
  readonly at?: number;
  readonly agent?: string;
  readonly session?: string;
}

/** The entry draft of one body, by the system, at a time and place. */
export function draft<T extends EntryType>(type: T, body: EntryBodies[T], place: Place = {}): EntryDraft {
  return { tenant: 't', at: DAY, type, actor: { kind: 'system' }, ...place, body } as unknown as EntryDraft;
}

export function foldAll(world: World, drafts: readonly EntryDraft[]): World {
  return drafts.reduce(fold, world);
}

export const REGISTERED: EntryBodies['agent-registered'] = { capabilities: [], maxPriority: 10, onUnavailable: 'deny' };

/** One registered agent `a1` with an open session `s1`. */
export function world(more: readonly EntryDraft[] = []): World {
  return foldAll(emptyWorld(), [
    draft('agent-registered', REGISTERED, { agent: 'a1' }),
    draft('session-opened', { salt: 'salt' }, { agent: 'a1', session: 's1' }),
    ...more,
  ]);
}

/** The entry a gate would append for this decision. */
export function decided(one: Action, decision: EntryBodies['action-decided']['decision'], ledgers: readonly string[]): EntryDraft {
  const { tenant: _tenant, agent, session, args: _args, at, ...record } = one;
  return draft('action-decided', { action: record, decision, ledgers }, { agent, session, at });
}

/** One more entry. */
export function fold1(now: World, entry: EntryDraft): World {
  return fold(now, entry);
}
