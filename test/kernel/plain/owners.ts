import { checked, Named } from './state.ts';
import type { Loose, Plain } from './state.ts';

/** DEC-22: under whose name a thing lies. */
export function keyOf(now: { readonly semantics: number }, agent: string, id: string): string {
  return now.semantics < 3 ? checked(id) : `${agent} ${checked(id)}`;
}

/** Undefined: an entry of nobody, which from semantics 3 on is about nothing. */
export function nameOf(now: { readonly semantics: number }, agent: string | undefined, id: string | undefined): string | undefined {
  if (id === undefined || (agent === undefined && now.semantics >= 3)) return undefined;
  return keyOf(now, agent ?? '', id);
}

export function sameSession(
  now: Plain,
  a: { readonly agent: string; readonly session: string },
  b: { readonly agent: string; readonly session: string },
): boolean {
  return now.semantics < 3 ? a.session === b.session : `${a.agent} ${a.session}` === `${b.agent} ${b.session}`;
}

/** DEC-23: what lay under its bare name goes to its agent. */
export function changeSemantics(now: Plain, semantics: number): void {
  if (now.semantics >= 3 && semantics < 3 && now.sessions.size + now.actions.size > 0) return;
  const moves = now.semantics < 3 && semantics >= 3;
  now.semantics = semantics;
  if (!moves) return;
  const owner = (id: string): string | undefined => now.sessions.get(id)?.agent;
  const ledgerOf = (key: string): string[] => {
    const [kind, name = '', ...period] = key.split('/');
    if (kind !== 'session') return [key];
    const agent = owner(name.split('%2F').join('/'));
    return agent === undefined ? [] : [[kind, `${agent.split('/').join('%2F')}~${name}`, ...period].join('/')];
  };
  for (const halt of now.halts) {
    const agent = halt.scope.kind === 'session' ? owner(halt.scope.id ?? '') : undefined;
    if (agent !== undefined) halt.scope = { ...halt.scope, agent };
  }
  for (const session of now.sessions.values()) {
    const parent = session['parent'] as string | undefined;
    const agent = parent === undefined ? undefined : owner(parent);
    if (agent !== undefined && agent !== session.agent) session['parentAgent'] = agent;
  }
  for (const action of now.actions.values()) action.ledgers = action.ledgers.flatMap(ledgerOf);
  now.ledgers = new Named([...now.ledgers].flatMap(([key, ledger]) => ledgerOf(key).map((own) => [own, ledger] as const)));
  now.queues.sweep = now.queues.sweep.flatMap((one) => (one.startsWith('ledger:') ? ledgerOf(one.slice(7)).map((key) => `ledger:${key}`) : [one]));
  const rename = <T extends Loose & { agent: string }>(
    map: Named<T>,
    queues: readonly ('opened' | 'closed' | 'decided' | 'finished')[],
  ): Named<T> => {
    for (const queue of queues) now.queues[queue] = now.queues[queue].filter((id) => map.has(id)).map((id) => `${map.get(id)?.agent ?? ''} ${id}`);
    return new Named([...map].map(([id, state]) => [`${state.agent} ${id}`, state] as const));
  };
  now.sessions = rename(now.sessions, ['opened', 'closed']);
  now.actions = rename(now.actions, ['decided', 'finished']);
}
