import type { HaltScope } from '../kernel/entry.ts';
import { CliError, EXIT } from './exit.ts';

/** What a halt covers, as the API takes it. */
export type Scope = { readonly kind: 'all' } | { readonly kind: Exclude<HaltScope['kind'], 'all'>; readonly id: string };

/** `agent <id>`, `session <id>` or `all`, as the API wants it. */
export function scopeOf(kind: string, id: string | undefined): Scope {
  if (kind === 'all' && id === undefined) return { kind };
  if ((kind === 'agent' || kind === 'session') && id !== undefined) return { kind, id };
  throw new CliError(
    EXIT.usage,
    'USAGE',
    `"${kind}${id === undefined ? '' : ` ${id}`}" names nothing.`,
    'Say `agent <id>`, `session <id>` or `all`.',
  );
}

/** `agent support-bot`, `all`, as people say it. */
export function named(scope: Scope): string {
  return scope.kind === 'all' ? 'all' : `${scope.kind} ${scope.id}`;
}
