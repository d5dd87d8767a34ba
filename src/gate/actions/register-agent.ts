import { AegisError } from '../../errors.ts';
import { UNAVAILABLE_MODES, type UnavailableMode } from '../../kernel/agent.ts';
import type { EntryBodies } from '../../kernel/entry.ts';
import type { AgentId } from '../../kernel/ids.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { World } from '../../kernel/world.ts';
import type { Principal, Receipt } from '../nouns.ts';
import type { Operation } from '../queue/operation.ts';
import { ok } from '../queue/operation.ts';
import { actorOf, operatorOf } from '../principal.ts';

type Terms = EntryBodies['agent-registered'];
/** What an agent may make of its own setting: none of the two in the middle is the stricter one. */
const NO_LOOSER: Readonly<Record<UnavailableMode, readonly UnavailableMode[]>> = {
  deny: ['deny'],
  allow_readonly: ['deny', 'allow_readonly'],
  local_approval: ['deny', 'local_approval'],
  allow: UNAVAILABLE_MODES,
};

function checkTerms(terms: Terms): void {
  const invalid = (detail: string, pointer: string): AegisError => new AegisError('REQUEST_INVALID', { detail }, pointer);
  if (!Number.isSafeInteger(terms.maxPriority) || terms.maxPriority < 1 || terms.maxPriority > 10)
    throw invalid('maxPriority must be an integer from 1 to 10', '/maxPriority');
  const budget = terms.sessionBudgetUsdMicros;
  if (budget !== undefined && (!Number.isSafeInteger(budget) || budget < 0))
    throw invalid('sessionBudgetUsdMicros must be a non-negative integer', '/sessionBudgetUsdMicros');
  if (!Object.hasOwn(NO_LOOSER, terms.onUnavailable)) throw invalid(`onUnavailable must be one of ${UNAVAILABLE_MODES.join(', ')}`, '/onUnavailable');
}

/** An agent may say its name again, and claim less; never more than an operator gave it (AUTH). */
function checkOwn(agent: AgentId, terms: Terms, world: World, by: Principal & { role: 'agent' }): void {
  const forbidden = new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator' });
  const known = world.agents.get(agent)?.registered;
  if (by.agent !== agent || known === undefined) throw forbidden;
  const more =
    terms.maxPriority > known.maxPriority ||
    !NO_LOOSER[known.onUnavailable].includes(terms.onUnavailable) ||
    (known.sessionBudgetUsdMicros !== undefined && (terms.sessionBudgetUsdMicros ?? Infinity) > known.sessionBudgetUsdMicros) ||
    terms.capabilities.some((one) => !known.capabilities.includes(one)) ||
    terms.team !== known.team ||
    terms.keyDigest !== known.keyDigest;
  if (more) throw forbidden;
}

/** @throws AegisError REQUEST_INVALID, FORBIDDEN, CONFLICT when the key is somebody else's */
export function registering(agent: AgentId, terms: Terms, by: Principal | 'system'): Operation<Receipt> {
  checkTerms(terms);
  return (batch) => {
    const world = batch.world();
    if (by !== 'system' && by.role === 'agent') checkOwn(agent, terms, world, by);
    else if (by !== 'system') operatorOf(by, world, DECIDERS);
    const holder = terms.keyDigest === undefined ? undefined : world.keys.get(terms.keyDigest);
    if (holder !== undefined && (holder.role !== 'agent' || holder.agent !== agent))
      throw new AegisError('CONFLICT', { detail: 'This key belongs to somebody else.' });
    return ok(batch.write('agent-registered', terms, { actor: actorOf(by), agent }));
  };
}
