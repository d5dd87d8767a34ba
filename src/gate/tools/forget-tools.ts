import { AegisError } from '../../errors.ts';
import type { ForgottenTools, Principal } from '../nouns.ts';
import { actorOf, operatorOf } from '../principal.ts';
import { ok } from '../queue/operation.ts';
import type { Operation } from '../queue/operation.ts';
import { DECIDERS } from '../../kernel/role.ts';

/**
 * What this agent was shown of a server that is gone or has another name is taken back, all of it or nothing (MCP-17). One entry for each tool.
 * @throws AegisError FORBIDDEN, NOT_FOUND when one of them was never shown
 */
export function forgetting({ agent, server, tools }: ForgottenTools, by: Principal): Operation<readonly string[]> {
  return (batch) => {
    const person = operatorOf(by, batch.world(), DECIDERS);
    const known = (batch.world().tools.get(agent) ?? []).flatMap((one) => (one.server === server ? [one.tool] : []));
    const named = tools === undefined ? known : [...new Set(tools)];
    if (named.length === 0 || named.some((tool) => !known.includes(tool))) throw new AegisError('NOT_FOUND', { what: 'tool' });
    for (const tool of named) batch.write('tool-forgotten', { server, tool, by: person.operator }, { actor: actorOf(by), agent });
    return ok(named);
  };
}
