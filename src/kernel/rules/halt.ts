import { mustHalt } from '../violations.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';

function deny(code: string, message: string, hint: string): RuleOpinion {
  return { rule: 'halt', effect: 'deny', code, message, hint, risk: 'HIGH' };
}

function aboutAgent({ action, agent, world, policy }: Subject): RuleOpinion | null {
  if (agent === undefined) return deny('UNKNOWN_AGENT', `The agent ${action.agent} is not registered.`, 'Register it first.');
  if (agent.revoked) return deny('HALTED', `The agent ${action.agent} was revoked.`, 'A revoked agent stays revoked; register another.');
  if (!mustHalt(action.agent, action.at, world, policy)) return null;
  return deny('HALTED', 'The agent was denied too often in a short time.', 'An operator can look at it and resume it.');
}

function aboutSession({ action, session }: Subject): RuleOpinion | null {
  if (session === undefined) return deny('SESSION_CLOSED', `The session ${action.session} is not open.`, 'Open a session first.');
  if (session.agent !== action.agent) return deny('INVALID_ACTION', 'The session belongs to another agent.', 'Use a session of your own.');
  if (session.closed) return deny('SESSION_CLOSED', `The session ${action.session} is closed.`, 'Start a new session.');
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
      const mine = scope.kind === 'all' || (scope.kind === 'agent' ? scope.id === action.agent : scope.id === action.session);
      if (mine) opinions.push(deny('HALTED', `Halted (${scope.kind}): ${reason}`, 'An operator can resume it.'));
    }
    return opinions;
  },
};
