import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { Said } from '../words/sentences.ts';

function deny(said: Said): readonly RuleOpinion[] {
  return [{ rule: 'tools', effect: 'deny', code: 'TOOL_QUARANTINED', ...said, risk: 'HIGH' }];
}

/** MCP-2: a tool of an MCP server runs only by the definition that is pinned for this agent, and only while nothing else was shown. */
export const tools: Rule = {
  name: 'tools',
  speak({ action, world }) {
    if (action.server === undefined) return SILENCE;
    const known = world.tools.get(action.agent)?.find((one) => one.server === action.server && one.tool === action.name);
    if (known === undefined) return deny(wordsOf(world).toolNeverShown(action.server, action.name));
    if (known.doubted !== null) return deny(wordsOf(world).toolInQuarantine({ server: action.server, name: action.name }, known.doubted.doubts));
    if (known.pinned === null || known.pinned.digest !== action.toolDigest) return deny(wordsOf(world).toolChanged(action.server, action.name));
    return SILENCE;
  },
};
