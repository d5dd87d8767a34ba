import type { HaltScope } from './entry.ts';
import type { SessionPlace } from './owned.ts';

export function sameScope(a: HaltScope, b: HaltScope): boolean {
  if (a.kind === 'all' || b.kind === 'all') return a.kind === b.kind;
  return a.kind === b.kind && a.id === b.id && agentIn(a) === agentIn(b);
}

function agentIn(scope: HaltScope): string | undefined {
  return scope.kind === 'session' ? scope.agent : undefined;
}

/** Whether a halt of this scope stops what an agent does in a session. */
export function isUnder(scope: HaltScope, { agent, session }: SessionPlace): boolean {
  if (scope.kind === 'session') return scope.id === session && (scope.agent === undefined || scope.agent === agent);
  return scope.kind === 'all' || scope.id === agent;
}
