import type { Action, ActionKind } from '../kernel/action.ts';
import type { Effect } from '../kernel/decision.ts';
import type { CommandFact, Facts, Finding, PathFact, Risk, UrlFact } from '../kernel/finding.ts';
import type { ActionId, AgentId, ApprovalId, Digest, SessionId, TenantId } from '../kernel/ids.ts';
import type { Json, JsonObject } from '../kernel/json.ts';

/** Facts as a person writes them; see conformance/README.md. What is left out is empty. */
export interface FactsRow {
  readonly categories?: Facts['categories'];
  readonly operations?: Facts['operations'];
  /** `rm -rf /x`: words split at spaces; a leading `$` marks a command only known at run time. */
  readonly commands?: readonly string[];
  /** `read /a/b`, `write …`, `delete …`, `execute …`, `unknown …`. */
  readonly paths?: readonly string[];
  readonly urls?: readonly string[];
  readonly hosts?: readonly string[];
  readonly tables?: readonly string[];
  readonly recipients?: readonly string[];
  readonly amounts?: readonly number[];
}

export interface ActionRow {
  readonly name: string;
  readonly args?: JsonObject;
  readonly kind?: ActionKind;
  readonly agent?: string;
  readonly session?: string;
  readonly claims?: Action['claims'];
  readonly resource?: Action['resource'];
  readonly traces?: readonly JsonObject[];
  /** Given: the reading is part of the case. Absent: the implementation's own inspection reads the action. */
  readonly facts?: FactsRow;
  /** `sql SQL_DROP CRITICAL`, or a whole finding. */
  readonly findings?: readonly (string | JsonObject)[];
  readonly redeems?: string;
}

export interface Expectation {
  readonly effect: Effect | readonly Effect[];
  /** Codes that must be among the reasons. */
  readonly reasons?: readonly string[];
  /** Codes that must not be. */
  readonly without?: readonly string[];
  readonly risk?: Risk;
  readonly shadow?: Effect;
}

export interface CaseRow {
  readonly id: string;
  readonly law?: string;
  readonly why: string;
  readonly policy?: JsonObject | string;
  readonly manifest?: JsonObject;
  readonly history?: readonly JsonObject[];
  readonly action: ActionRow;
  readonly expect: Expectation;
  /** A deliberate difference from the outside source of the case, and why. */
  readonly deviation?: string;
}

/** One file of cases. `policy` and `manifest` here are the base of every case that has none of its own. */
export interface Pack {
  readonly apiVersion: 'aegis.dev/conformance/v1';
  readonly pack: string;
  readonly description: string;
  readonly policy?: JsonObject | string;
  readonly manifest?: JsonObject;
  readonly action?: Partial<ActionRow>;
  readonly cases: readonly CaseRow[];
}

/** Every case happens at this time unless its history waits: 2026-11-21T10:00:00Z, a Saturday. */
export const CASE_TIME = Date.UTC(2026, 10, 21, 10, 0, 0);

/** What a row is placed into when it becomes an action. */
export interface Placement {
  readonly id: string;
  readonly at: number;
  readonly digest: (args: Json) => Digest;
  readonly read: (row: ActionRow) => { readonly facts: Facts; readonly findings: readonly Finding[] };
}

export function actionOf(row: ActionRow, place: Placement): Action {
  const { facts, findings } = row.facts === undefined && row.findings === undefined ? place.read(row) : given(row);
  return {
    id: place.id as ActionId,
    tenant: 'default' as TenantId,
    agent: (row.agent ?? 'a1') as AgentId,
    session: (row.session ?? 's1') as SessionId,
    kind: row.kind ?? 'tool',
    name: row.name,
    args: row.args ?? {},
    argsDigest: place.digest(row.args ?? {}),
    claims: row.claims ?? {},
    traces: (row.traces ?? []).map((trace) => ({ parts: [], ...trace })) as unknown as Action['traces'],
    findings,
    facts,
    ...(row.resource === undefined ? {} : { resource: row.resource }),
    door: 'lab',
    enforcement: 'enforcing',
    ...(row.redeems === undefined ? {} : { redeems: row.redeems as ApprovalId }),
    at: place.at,
  };
}

function given(row: ActionRow): { readonly facts: Facts; readonly findings: readonly Finding[] } {
  const facts = row.facts ?? {};
  const urls = (facts.urls ?? []).map(urlFact);
  return {
    findings: (row.findings ?? []).map(findingOf),
    facts: {
      categories: facts.categories ?? ['unknown'],
      operations: facts.operations ?? [],
      commands: (facts.commands ?? []).map(commandFact),
      paths: (facts.paths ?? []).map(pathFact),
      urls,
      hosts: [...new Set([...(facts.hosts ?? []), ...urls.map((url) => url.host)])],
      tables: facts.tables ?? [],
      recipients: facts.recipients ?? [],
      amounts: facts.amounts ?? [],
    },
  };
}

function commandFact(line: string): CommandFact {
  const argv = line.split(' ').filter((word) => word !== '');
  const first = argv[0] ?? '';
  const dynamic = first.startsWith('$');
  return { bin: dynamic ? '' : (first.split('/').at(-1) ?? ''), argv, dynamic, pointer: '/command' };
}

function pathFact(text: string): PathFact {
  const [access, ...rest] = text.split(' ');
  return { access: access as PathFact['access'], path: rest.join(' '), pointer: '/path' };
}

function urlFact(text: string): UrlFact {
  const url = new URL(text);
  return { url: text, scheme: url.protocol.slice(0, -1), host: url.hostname, pointer: '/url' };
}

function findingOf(row: string | JsonObject): Finding {
  if (typeof row !== 'string') {
    return { pointer: '', evidence: '', confidence: 1, inspected: true, ...row } as unknown as Finding;
  }
  const [detector, code, risk] = row.split(' ');
  return { detector, code, risk, pointer: '', evidence: code ?? '', confidence: 1, inspected: code !== 'UNINSPECTABLE' } as Finding;
}
