import type { Category, CommandFact, Finding, Operation, PathFact, Target } from '../../kernel/finding.ts';
import type { Arg, Seen } from './call.ts';
import { UNKNOWN } from './call.ts';
import { render } from './words.ts';

/** Gathers what one reading says; the same thing seen twice is one finding. */
export interface Collector {
  readonly pointer: string;
  readonly findings: Finding[];
  readonly commands: CommandFact[];
  readonly paths: PathFact[];
  readonly urls: string[];
  readonly seen: Set<string>;
}

export function collector(pointer: string): Collector {
  return { pointer, findings: [], commands: [], paths: [], urls: [], seen: new Set() };
}

/** Adds a finding about the words of one call. */
export function addHarm(into: Collector, saw: Extract<Seen, { see: 'harm' }>, words: readonly Arg[]): void {
  const evidence = render(words);
  const targets: Target[] = saw.target === undefined ? [] : [{ kind: 'resource', value: saw.target.replaceAll(UNKNOWN, '…') }];
  const category: Category = saw.category ?? 'shell';
  const operation: Operation = saw.operation ?? 'execute';
  add(into, {
    detector: saw.detector ?? 'shell',
    code: saw.code,
    risk: saw.risk,
    category,
    operation,
    ...(targets.length > 0 ? { targets } : {}),
    pointer: into.pointer,
    evidence,
    confidence: saw.inspected === false ? 0.6 : 0.9,
    inspected: saw.inspected ?? true,
  });
}

/** true the first time a key is met in this reading. */
export function isFirst(into: Collector, key: string): boolean {
  if (into.seen.has(key)) return false;
  into.seen.add(key);
  return true;
}

/** Adds a finding another reader made (a path, an SQL text), once. */
export function add(into: Collector, finding: Finding): void {
  const key = `${finding.code}\n${finding.risk}\n${finding.evidence}`;
  if (into.seen.has(key)) return;
  into.seen.add(key);
  into.findings.push(finding);
}

export function addPath(into: Collector, fact: PathFact): void {
  const key = `path\n${fact.access}\n${fact.path}`;
  if (into.seen.has(key)) return;
  into.seen.add(key);
  into.paths.push(fact);
}

export function addUrl(into: Collector, url: string): void {
  const key = `url\n${url}`;
  if (into.seen.has(key)) return;
  into.seen.add(key);
  into.urls.push(url);
}
