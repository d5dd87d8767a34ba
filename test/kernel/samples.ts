import { fold } from '../../src/kernel/fold.ts';
import type { Action } from '../../src/kernel/action.ts';
import type { DecideContext } from '../../src/kernel/decide.ts';
import type { EntryBodies, EntryDraft, EntryType } from '../../src/kernel/entry.ts';
import { DETECTORS } from '../../src/kernel/finding.ts';
import type { Facts } from '../../src/kernel/finding.ts';
import { isObject } from '../../src/kernel/json.ts';
import type { Policy, Voice } from '../../src/kernel/policy.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import type { ManifestDocument } from '../../src/policy/manifest-document.ts';
import { resolveBytes } from '../../src/policy/resolve.ts';
import { compileSections } from '../../src/policy/sections.ts';

/** Branded ids are minted by the gate; in tests any string is one. */
export function id<T>(text: string): T {
  return text as T;
}

export const DAY = Date.UTC(2026, 10, 21, 10, 0, 0);
export const CONTEXT: DecideContext = { approval: id('ap1'), askDigest: id('d'.repeat(64)) };

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

/** The sections of a policy document, any of them. */
export type PolicyParts = Partial<Omit<PolicyDocument, 'apiVersion' | 'kind' | 'metadata'>>;

/** What a document cannot say: voices of the test's own, and manifests without their files, by agent. */
export interface BesidePolicy {
  readonly voices?: readonly Voice[];
  readonly manifests?: Readonly<Record<string, ManifestDocument>>;
}

/** Every rule is silent under it, but for quotations at a few sinks. */
const QUIET: PolicyParts = {
  default: 'allow',
  detectors: Object.fromEntries(DETECTORS.map((name) => [name, 'off'])),
  loops: 'off',
  taint: { sinks: ['shell', 'payment', 'communication', 'network.write'] },
  approvals: { above: 'off', confidenceBelow: 'off', intents: [], maxPending: 5 },
  autoHalt: 'off',
};

/** The quiet policy with these sections, as the compiler makes it. Sections that are mappings are merged with the quiet ones. */
export function compiled(part: PolicyParts, report: (fault: object) => void, files: Readonly<Record<string, string>> = {}): Policy {
  const merged = Object.entries(part).map(([key, value]): [string, unknown] => {
    const quiet = QUIET[key as keyof PolicyParts];
    return [key, isObject(quiet) && isObject(value) ? { ...quiet, ...value } : value];
  });
  const resolve = (path: string): { readonly text: string } => ({ text: files[path] ?? '' });
  const sections = compileSections(
    { ...QUIET, ...Object.fromEntries(merged) },
    {
      files: {
        resolve,
        read: (path) => resolveBytes(resolve, path),
        missing: (path) => ({ code: 'FILE_MISSING', message: path, hint: '' }),
        fault: report,
      },
      report,
    },
  );
  return { ...sections, name: 'test', digest: id('p'.repeat(64)) };
}

function refuse(fault: object): never {
  throw new Error(`the sample is no policy: ${JSON.stringify(fault)}`);
}

export function manifestsOf(documents: Readonly<Record<string, ManifestDocument>>): Policy['manifests'] {
  const references = Object.keys(documents).map((agent) => ({ path: agent, agents: [agent] }));
  const files = Object.entries(documents).map(([agent, document]) => [agent, JSON.stringify(document)] as const);
  return compiled({ manifests: references }, refuse, Object.fromEntries(files)).manifests;
}

/** A policy under which every rule is silent but what these sections, voices and manifests say. */
export function policy(part: PolicyParts = {}, { voices = [], manifests = {} }: BesidePolicy = {}): Policy {
  const rules = compiled(part, refuse);
  return { ...rules, voices: [...rules.voices, ...voices], manifests: manifestsOf(manifests) };
}

/** A manifest that declares the tool `t` and nothing else; `permissions` are added to it. */
export function manifest(permissions: ManifestDocument['permissions'] = {}): ManifestDocument {
  const named = { schema: 'aegis.dev/manifest/v0.1', name: 'm', version: '1.0.0', publisher: 'p' } as const;
  return { ...named, permissions: { tools: ['t'], fs: {}, ...permissions }, sandbox: { required: true } };
}

/** Micro-dollars as a document writes them. */
export function micro(usd: number): number {
  return usd / 1e6;
}

interface Place {
  readonly at?: number;
  readonly agent?: string | undefined;
  readonly session?: string;
}

/** The entry draft of one body, by the system, at a time and place. A session is `a1`'s where nobody else is named. */
export function draft<T extends EntryType>(type: T, body: EntryBodies[T], place: Place = {}): EntryDraft {
  const owner = place.session === undefined ? {} : { agent: 'a1' };
  return { tenant: 't', at: DAY, type, actor: { kind: 'system' }, ...owner, ...place, body } as unknown as EntryDraft;
}

export function foldAll(world: World, drafts: readonly EntryDraft[]): World {
  return drafts.reduce(fold, world);
}

export const REGISTERED: EntryBodies['agent-registered'] = { capabilities: [], maxPriority: 10, onUnavailable: 'deny' };

/** One registered agent `a1` with an open session `s1`. */
export function world(more: readonly EntryDraft[] = [], start = emptyWorld()): World {
  return foldAll(start, [
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
