import type { Action } from './action.ts';
import type { Category, Operation } from './finding.ts';
import type { SinkKind } from './policy.ts';

const BY_CATEGORY: Readonly<Partial<Record<Category, SinkKind>>> = {
  payment: 'payment',
  communication: 'communication',
  network: 'network.write',
  file: 'file.write',
  database: 'database.write',
  memory: 'memory',
  'supply-chain': 'admin',
};

const BY_OPERATION: Readonly<Partial<Record<Operation, SinkKind>>> = { execute: 'shell', pay: 'payment', deploy: 'admin', admin: 'admin' };

/** TAINT-5: where a value would have power. Only reading is no sink; what cannot be told from reading is one. */
export function sinksOf({ kind, facts }: Pick<Action, 'kind' | 'facts'>): readonly SinkKind[] {
  const sinks = new Set<SinkKind>();
  if (kind === 'process' || facts.categories.includes('shell') || facts.commands.length > 0) sinks.add('shell');
  for (const operation of facts.operations) {
    const sink = BY_OPERATION[operation];
    if (sink !== undefined) sinks.add(sink);
  }
  const onlyReads = facts.operations.length > 0 && facts.operations.every((operation) => operation === 'read');
  if (onlyReads) return [...sinks];
  for (const category of facts.categories) {
    const sink = BY_CATEGORY[category];
    if (sink !== undefined) sinks.add(sink);
  }
  return [...sinks];
}
