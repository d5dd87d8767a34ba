import type { SessionPlace } from '../kernel/owned.ts';

/** Whose key encrypts what a session brought: this agent's session alone, whoever else has one of that name. No name has a `~` in it. */
export function sessionSubject({ agent, session }: SessionPlace): string {
  return `session/${agent}~${session}`;
}

/** Under what the payloads of an entry of this session may lie: before semantics 3 a session's name was enough. */
export function subjectsOfSession(place: { readonly agent: string | undefined; readonly session: string }): readonly string[] {
  const { agent, session } = place;
  const bare = `session/${session}`;
  return agent === undefined ? [bare] : [bare, `session/${agent}~${session}`];
}
