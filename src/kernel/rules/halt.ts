import { isUnder } from '../halt-scope.ts';
import { isOwned } from '../owned.ts';
import { haltReason, mustHalt } from '../violations.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { Said } from '../words/sentences.ts';

function deny(code: string, said: Said): RuleOpinion {
  return { rule: 'halt', effect: 'deny', code, ...said, risk: 'HIGH' };
}

function isHalted({ halts }: Subject['world'], id: string): boolean {
  return halts.some(({ scope }) => scope.kind === 'agent' && scope.id === id);
}

function aboutAgent({ action, agent, world, policy }: Subject): RuleOpinion | null {
  if (agent === undefined) return deny('UNKNOWN_AGENT', wordsOf(world).unknownAgent(action.agent));
  if (agent.revoked) return deny('HALTED', wordsOf(world).revoked(action.agent));
  if (!mustHalt(action.agent, action.at, world, policy)) return null;
  if (!isOwned(world))
    return deny('HALTED', { message: 'The agent was denied too often in a short time.', hint: 'An operator can look at it and resume it.' });
  // Once the halt is recorded it speaks for itself.
  if (isHalted(world, action.agent)) return null;
  return deny('HALTED', wordsOf(world).halted({ kind: 'agent', id: action.agent }, haltReason(action.agent, action.at, world, policy)));
}

function aboutSession({ action, session, world }: Subject): RuleOpinion | null {
  if (session === undefined) return deny('SESSION_CLOSED', wordsOf(world).sessionNotOpen(action.session));
  if (session.agent !== action.agent) return deny('INVALID_ACTION', wordsOf(world).sessionForeign(action.session));
  if (session.closed) return deny('SESSION_CLOSED', wordsOf(world).sessionClosed(action.session));
  return null;
}

/** A halt beats everything: all, this agent, this session, revocation, an unknown agent, a session that is not its own. */
export const halt: Rule = {
  name: 'halt',
  speak(subject) {
    const { action, world } = subject;
    const agent = aboutAgent(subject);
    const session = aboutSession(subject);
    if (agent === null && session === null && world.halts.length === 0) return SILENCE;
    const opinions = [agent, session].filter((one) => one !== null);
    for (const { scope, reason } of world.halts) {
      if (isUnder(scope, action)) opinions.push(deny('HALTED', wordsOf(world).halted(scope, reason)));
    }
    return opinions;
  },
};
