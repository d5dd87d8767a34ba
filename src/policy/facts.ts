import type { Environment } from '@marcbachmann/cel-js';
import type { Action } from '../kernel/action.ts';
import { worstRisk } from '../kernel/finding.ts';
import type { CommandFact, Finding, PathFact, UrlFact } from '../kernel/finding.ts';
import type { Amounts } from '../kernel/decision.ts';
import { sessionLedger } from '../kernel/ledger.ts';
import { sessionOf } from '../kernel/owned.ts';
import { violationCount } from '../kernel/violations.ts';
import type { Ledger, World } from '../kernel/world.ts';

const int = (value: number): bigint => BigInt(Math.trunc(value));
const orAbsent = (value: number | undefined): bigint | undefined => (value === undefined ? undefined : int(value));

/*
 * What a condition may read. cel-js checks field names against a constructor, so these are classes; getters are lazy, so that a rule
 * pays only for what it reads. A getter that answers `undefined` is a missing attribute: reading it is an error, and an error denies (POLICY-8).
 */

class ClaimFacts {
  readonly #action: Action;
  constructor(action: Action) {
    this.#action = action;
  }
  get intent(): string | undefined {
    return this.#action.claims.intent;
  }
  get priority(): bigint | undefined {
    return orAbsent(this.#action.claims.priority);
  }
  get complexity(): bigint | undefined {
    return orAbsent(this.#action.claims.complexity);
  }
  get confidence(): number | undefined {
    return this.#action.claims.confidence;
  }
  get usd(): number | undefined {
    return this.#action.claims.usdMicros === undefined ? undefined : this.#action.claims.usdMicros / 1e6;
  }
  get tokens(): bigint | undefined {
    return orAbsent(this.#action.claims.tokens);
  }
  get framework(): string | undefined {
    return this.#action.claims.framework;
  }
  get model(): string | undefined {
    return this.#action.claims.model;
  }
}

class FindingFacts {
  readonly code: string;
  readonly detector: string;
  readonly risk: string;
  readonly category: string | undefined;
  readonly operation: string | undefined;
  readonly pointer: string;
  readonly evidence: string;
  readonly confidence: number;
  readonly inspected: boolean;
  constructor(finding: Finding) {
    this.code = finding.code;
    this.detector = finding.detector;
    this.risk = finding.risk;
    this.category = finding.category;
    this.operation = finding.operation;
    this.pointer = finding.pointer;
    this.evidence = finding.evidence;
    this.confidence = finding.confidence;
    this.inspected = finding.inspected;
  }
}

class CommandFacts {
  readonly bin: string;
  readonly argv: readonly string[];
  readonly line: string;
  readonly dynamic: boolean;
  constructor(command: CommandFact) {
    this.bin = command.bin;
    this.argv = command.argv;
    this.line = command.argv.join(' ');
    this.dynamic = command.dynamic;
  }
}

class FileFacts {
  readonly path: string;
  readonly access: string;
  constructor(file: PathFact) {
    this.path = file.path;
    this.access = file.access;
  }
}

class UrlFacts {
  readonly url: string;
  readonly scheme: string;
  readonly host: string;
  readonly port: bigint | undefined;
  readonly method: string | undefined;
  constructor(url: UrlFact) {
    this.url = url.url;
    this.scheme = url.scheme;
    this.host = url.host;
    this.port = orAbsent(url.port);
    this.method = url.method;
  }
}

class ActionFacts {
  readonly #action: Action;
  /** Lists that are made of what the action holds are made once, however often a condition reads them. */
  readonly #made = new Map<string, readonly unknown[]>();
  readonly name: string;
  readonly kind: string;
  readonly agent: string;
  readonly session: string;
  readonly category: string;
  readonly operation: string;
  constructor(action: Action) {
    this.#action = action;
    this.name = action.name;
    this.kind = action.kind;
    this.agent = action.agent;
    this.session = action.session;
    this.category = action.facts.categories[0] ?? 'unknown';
    this.operation = action.facts.operations[0] ?? '';
  }
  get tenant(): string {
    return this.#action.tenant;
  }
  get door(): string {
    return this.#action.door;
  }
  get enforcement(): string {
    return this.#action.enforcement;
  }
  get harness(): string | undefined {
    return this.#action.harness;
  }
  get args(): object {
    return this.#action.args;
  }
  get claims(): ClaimFacts {
    return new ClaimFacts(this.#action);
  }
  get categories(): readonly string[] {
    return this.#action.facts.categories;
  }
  get operations(): readonly string[] {
    return this.#action.facts.operations;
  }
  get paths(): readonly string[] {
    return this.#once('paths', () => this.#action.facts.paths.map((file) => file.path));
  }
  get files(): readonly FileFacts[] {
    return this.#once('files', () => this.#action.facts.paths.map((file) => new FileFacts(file)));
  }
  get hosts(): readonly string[] {
    return this.#action.facts.hosts;
  }
  get urls(): readonly UrlFacts[] {
    return this.#once('urls', () => this.#action.facts.urls.map((url) => new UrlFacts(url)));
  }
  get commands(): readonly CommandFacts[] {
    return this.#once('commands', () => this.#action.facts.commands.map((command) => new CommandFacts(command)));
  }
  get tables(): readonly string[] {
    return this.#action.facts.tables;
  }
  get recipients(): readonly string[] {
    return this.#action.facts.recipients;
  }
  get amounts(): readonly number[] {
    return this.#action.facts.amounts;
  }
  get amount(): number {
    return this.#action.facts.amounts.reduce((largest, amount) => Math.max(largest, amount), 0);
  }
  get risk(): string {
    return worstRisk(this.#action.findings.map((finding) => finding.risk));
  }
  get findings(): readonly FindingFacts[] {
    return this.#once('findings', () => this.#action.findings.map((finding) => new FindingFacts(finding)));
  }
  get at(): Date {
    return new Date(this.#action.at);
  }
  #once<Item>(name: string, make: () => readonly Item[]): readonly Item[] {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return made as readonly Item[];
  }
}

class SessionFacts {
  readonly #action: Action;
  readonly #world: World;
  /** Looked up once however many rules ask. */
  #ledger: Ledger | null | undefined;
  constructor(action: Action, world: World) {
    this.#action = action;
    this.#world = world;
  }
  get id(): string {
    return this.#action.session;
  }
  get steps(): bigint {
    return int(this.#used('steps'));
  }
  get toolCalls(): bigint {
    return int(this.#used('toolCalls'));
  }
  get modelCalls(): bigint {
    return int(this.#used('modelCalls'));
  }
  get tokens(): bigint {
    return int(this.#used('tokens'));
  }
  get spentUsd(): number {
    return this.#used('usdMicros') / 1e6;
  }
  get minutes(): number {
    const opened = sessionOf(this.#world, this.#action)?.openedAt ?? this.#action.at;
    return Math.max(0, this.#action.at - opened) / 60_000;
  }
  #used(what: keyof Amounts): number {
    if (this.#ledger === undefined) this.#ledger = sessionLedger(this.#action, this.#world) ?? null;
    return this.#ledger ? this.#ledger.spent[what] + this.#ledger.reserved[what] : 0;
  }
}

class AgentFacts {
  readonly #action: Action;
  readonly #world: World;
  constructor(action: Action, world: World) {
    this.#action = action;
    this.#world = world;
  }
  get id(): string {
    return this.#action.agent;
  }
  get team(): string | undefined {
    return this.#world.agents.get(this.#action.agent)?.registered.team;
  }
  get framework(): string | undefined {
    return this.#world.agents.get(this.#action.agent)?.registered.framework;
  }
  get capabilities(): readonly string[] {
    return this.#world.agents.get(this.#action.agent)?.registered.capabilities ?? [];
  }
  get violations(): bigint {
    return int(violationCount(this.#world, this.#action.agent));
  }
  get pendingApprovals(): bigint {
    return int(this.#world.agents.get(this.#action.agent)?.pendingApprovals ?? 0);
  }
}

class NowFacts {
  readonly #at: Date;
  constructor(action: Action) {
    this.#at = new Date(action.at);
  }
  get hour(): bigint {
    return int(this.#at.getUTCHours());
  }
  get minute(): bigint {
    return int(this.#at.getUTCMinutes());
  }
  get weekday(): bigint {
    return int(this.#at.getUTCDay());
  }
  get date(): string {
    return this.#at.toISOString().slice(0, 10);
  }
}

/** What one evaluation reads: made once per action however many rules look at it. */
export interface Context extends Record<string, unknown> {
  readonly action: ActionFacts;
  readonly session: SessionFacts;
  readonly agent: AgentFacts;
  readonly now: NowFacts;
}

/** Places an action and the world before the conditions. Cheap: nothing is read until a rule reads it. */
export function contextOf(action: Action, world: World): Context {
  return {
    action: new ActionFacts(action),
    session: new SessionFacts(action, world),
    agent: new AgentFacts(action, world),
    now: new NowFacts(action),
  };
}

function fields(names: string, type: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(names.split(' ').map((name) => [name, type])), ...more };
}

/** The declared types of the vocabulary. */
export const FIELDS = {
  Finding: fields('code detector risk category operation pointer evidence', 'string', { confidence: 'double', inspected: 'bool' }),
  Command: fields('bin line', 'string', { argv: 'list<string>', dynamic: 'bool' }),
  File: fields('path access', 'string'),
  Url: fields('url scheme host method', 'string', { port: 'int' }),
  Claims: fields('intent framework model', 'string', { priority: 'int', complexity: 'int', confidence: 'double', usd: 'double', tokens: 'int' }),
  Action: {
    ...fields('name kind agent session tenant category operation door enforcement harness risk', 'string'),
    ...fields('categories operations paths hosts tables recipients', 'list<string>'),
    args: 'map<string, dyn>',
    claims: 'Claims',
    files: 'list<File>',
    urls: 'list<Url>',
    commands: 'list<Command>',
    findings: 'list<Finding>',
    amounts: 'list<double>',
    amount: 'double',
    at: 'google.protobuf.Timestamp',
  } as Readonly<Record<string, string>>,
  Session: fields('steps toolCalls modelCalls tokens', 'int', { id: 'string', spentUsd: 'double', minutes: 'double' }),
  Agent: fields('id team framework', 'string', { capabilities: 'list<string>', violations: 'int', pendingApprovals: 'int' }),
  Now: fields('hour minute weekday', 'int', { date: 'string' }),
} as const;

/** Registers the vocabulary above, typed, so that a misspelt field is a fault at load and not an error at run time. */
export function withVocabulary(environment: Environment): Environment {
  return environment
    .registerType('Finding', { ctor: FindingFacts, fields: FIELDS.Finding })
    .registerType('Command', { ctor: CommandFacts, fields: FIELDS.Command })
    .registerType('File', { ctor: FileFacts, fields: FIELDS.File })
    .registerType('Url', { ctor: UrlFacts, fields: FIELDS.Url })
    .registerType('Claims', { ctor: ClaimFacts, fields: FIELDS.Claims })
    .registerType('Action', { ctor: ActionFacts, fields: FIELDS.Action })
    .registerType('Session', { ctor: SessionFacts, fields: FIELDS.Session })
    .registerType('Agent', { ctor: AgentFacts, fields: FIELDS.Agent })
    .registerType('Now', { ctor: NowFacts, fields: FIELDS.Now })
    .registerVariable('action', 'Action')
    .registerVariable('session', 'Session')
    .registerVariable('agent', 'Agent')
    .registerVariable('now', 'Now');
}
