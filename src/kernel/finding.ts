import type { Json } from './json.ts';

/** Lowest first; the position is the meaning. */
export const RISKS = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Risk = (typeof RISKS)[number];

/** 0 for LOW to 3 for CRITICAL. */
export function riskRank(risk: Risk): number {
  return RISKS.indexOf(risk);
}

export function atLeast(risk: Risk, floor: Risk): boolean {
  return riskRank(risk) >= riskRank(floor);
}

/** The highest of them; LOW when there is none. */
export function worstRisk(risks: readonly (Risk | undefined)[]): Risk {
  let worst: Risk = 'LOW';
  for (const risk of risks) if (risk !== undefined && riskRank(risk) > riskRank(worst)) worst = risk;
  return worst;
}

export const CATEGORIES = [
  'database',
  'file',
  'network',
  'shell',
  'communication',
  'supply-chain',
  'data',
  'payment',
  'memory',
  'prompt-injection',
  'unknown',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const OPERATIONS = ['read', 'write', 'delete', 'execute', 'send', 'pay', 'deploy', 'admin'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The readers that see something. Policies switch detectors on and off by these names. */
export const DETECTORS = [
  'sql',
  'shell',
  'path',
  'url',
  'injection',
  'unicode',
  'secret',
  'pii',
  'exfiltration',
  'supply-chain',
  'agent-config',
  'classify',
  'limit',
] as const;
export type Detector = (typeof DETECTORS)[number];

/** Detectors whose finds are values of their own, so that a prompt can go on without them (LLM-54). */
export const PROMPT_DETECTORS = ['pii', 'secret'] as const satisfies readonly Detector[];
export type PromptDetector = (typeof PROMPT_DETECTORS)[number];

export const TARGET_KINDS = ['path', 'host', 'url', 'table', 'bin', 'recipient', 'package', 'resource'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** What a finding names in the world, in canonical form. */
export interface Target {
  readonly kind: TargetKind;
  readonly value: string;
}

/**
 * One thing inspection saw. Risk says what a default policy does with it:
 * CRITICAL is denied, HIGH is asked, MEDIUM and LOW are recorded.
 */
export interface Finding {
  readonly detector: Detector;
  /** SCREAMING_SNAKE, e.g. `SQL_DROP`, `SHELL_RECURSIVE_DELETE`, `UNINSPECTABLE`. Listed in kernel/words/findings.ts. */
  readonly code: string;
  readonly risk: Risk;
  readonly category?: Category;
  readonly operation?: Operation;
  readonly targets?: readonly Target[];
  /** RFC 6901 pointer into the arguments; `` is the whole, `/~name` the tool's name, a key is pointed at by its own pointer. */
  readonly pointer: string;
  /** Half-open UTF-16 range within the (decoded) text at `pointer`. */
  readonly span?: readonly [start: number, end: number];
  /** What was seen, at most 120 characters, secrets and personal data replaced. */
  readonly evidence: string;
  /** 0–1. */
  readonly confidence: number;
  /** false: could not be parsed or fully expanded. Never silence. */
  readonly inspected: boolean;
  /** `span` counts in a decoded copy, not in the argument itself: redaction then takes the whole leaf. */
  readonly decoded?: boolean;
}

/** A command as it would reach exec(2), as far as it could be read. */
export interface CommandFact {
  /** Base name of the program, lower-case only where the platform is; `` when it is computed at run time. */
  readonly bin: string;
  readonly argv: readonly string[];
  /** true when a word of it is only known at run time. */
  readonly dynamic: boolean;
  readonly pointer: string;
}

export const ACCESSES = ['read', 'write', 'delete', 'execute', 'unknown'] as const;
export type Access = (typeof ACCESSES)[number];

export interface PathFact {
  /** Lexically resolved, `/`-separated, `~` kept. */
  readonly path: string;
  readonly access: Access;
  /** Of a file that is written: what running it would be judged as, where that is at least HIGH. */
  readonly runs?: Risk;
  /** Of a file that is written or run: the files of earlier actions whose content it holds, its own name where it is changed in place. */
  readonly from?: readonly string[];
  readonly pointer: string;
}

export interface UrlFact {
  readonly url: string;
  readonly scheme: string;
  /** ASCII, lower-case, no trailing dot, IPv4 in dotted decimal. */
  readonly host: string;
  readonly port?: number;
  readonly method?: string;
  readonly pointer: string;
}

/** The facts rules, manifests and conditions may ask about; canonical, without duplicates, in reading order. */
export interface Facts {
  /** Never empty; `unknown` when nothing fits. */
  readonly categories: readonly Category[];
  readonly operations: readonly Operation[];
  readonly commands: readonly CommandFact[];
  readonly paths: readonly PathFact[];
  readonly urls: readonly UrlFact[];
  readonly hosts: readonly string[];
  readonly tables: readonly string[];
  readonly recipients: readonly string[];
  /** Amounts of money found in authority-bearing arguments, in the units the argument used. */
  readonly amounts: readonly number[];
}

/** What inspection returns: everything a decision may know about the content of an action. */
export interface Reading {
  readonly findings: readonly Finding[];
  readonly facts: Facts;
}

/** A tool's declaration, when the door knows it. Untrusted text: inspected, never obeyed. */
export interface ToolDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly schema?: Json;
}
