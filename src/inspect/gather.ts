import { riskRank } from '../kernel/finding.ts';
import type { Category, CommandFact, Facts, Finding, Operation, PathFact, UrlFact } from '../kernel/finding.ts';

/** Everything one inspection collects; filled in reading order, deduplicated at the end. */
export interface Gathered {
  readonly findings: Finding[];
  readonly categories: Set<Category>;
  readonly operations: Set<Operation>;
  readonly commands: Map<string, CommandFact>;
  readonly paths: Map<string, PathFact>;
  readonly urls: Map<string, UrlFact>;
  readonly hosts: Set<string>;
  readonly tables: Set<string>;
  readonly recipients: Set<string>;
  readonly amounts: Set<number>;
}

export function gather(): Gathered {
  return {
    findings: [],
    categories: new Set(),
    operations: new Set(),
    commands: new Map(),
    paths: new Map(),
    urls: new Map(),
    hosts: new Set(),
    tables: new Set(),
    recipients: new Set(),
    amounts: new Set(),
  };
}

export function addCommands(into: Gathered, commands: readonly CommandFact[]): void {
  for (const one of commands) keep(into.commands, `${one.pointer}\u0000${one.dynamic}\u0000${one.argv.join('\u0000')}`, one);
}

export function addPaths(into: Gathered, paths: readonly PathFact[]): void {
  for (const one of paths) {
    keep(into.paths, `${one.pointer}\u0000${one.access}\u0000${one.path}`, one);
    into.categories.add('file');
  }
}

export function addUrls(into: Gathered, urls: readonly UrlFact[]): void {
  for (const one of urls) {
    keep(into.urls, `${one.pointer}\u0000${one.url}`, one);
    if (one.host !== '') into.hosts.add(one.host);
    into.categories.add('network');
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}

/** Findings of one code at one pointer are one finding: the riskiest, then the first. */
export function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const one of findings) {
    const key = `${one.detector} ${one.code} ${one.pointer} ${one.evidence}`;
    const before = seen.get(key);
    if (before === undefined || riskRank(one.risk) > riskRank(before.risk)) seen.set(key, one);
  }
  return [...seen.values()];
}

/** In the order of their names, in which the log writes them. */
export function factsOf(from: Gathered): Facts {
  return {
    amounts: [...from.amounts],
    categories: from.categories.size === 0 ? ['unknown'] : [...from.categories],
    commands: [...from.commands.values()],
    hosts: [...from.hosts],
    operations: [...from.operations],
    paths: [...from.paths.values()],
    recipients: [...from.recipients],
    tables: [...from.tables],
    urls: [...from.urls.values()],
  };
}
