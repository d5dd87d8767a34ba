import type { HaltScope } from '../kernel/entry.ts';
import { CliError, EXIT } from './exit.ts';

/** What a halt covers, as the API takes it. */
export type Scope = { readonly kind: 'all' } | { readonly kind: Exclude<HaltScope['kind'], 'all'>; readonly id: string; readonly agent?: string };

/** `agent <id>`, `session <id>` or `all`, as the API wants it. */
export function scopeOf(kind: string, id: string | undefined, agent?: string): Scope {
  if (agent !== undefined && kind !== 'session')
    throw new CliError(EXIT.usage, 'USAGE', '`--agent` only applies to a session.', 'Leave it out, or write `session <id> --agent <id>`.');
  if (kind === 'all' && id === undefined) return { kind };
  if (kind === 'session' && id !== undefined) return { kind, id, ...(agent === undefined ? {} : { agent }) };
  if (kind === 'agent' && id !== undefined) return { kind, id };
  throw new CliError(
    EXIT.usage,
    'USAGE',
    `Unknown subject \`${kind}${id === undefined ? '' : ` ${id}`}\`.`,
    'Expected: `agent <id>`, `session <id>` or `all`.',
  );
}

/** `agent support-bot`, `all`, as people say it. */
export function named(scope: Scope): string {
  if (scope.kind === 'all') return 'all';
  return `${scope.kind} ${scope.id}${scope.agent === undefined ? '' : ` of ${scope.agent}`}`;
}
