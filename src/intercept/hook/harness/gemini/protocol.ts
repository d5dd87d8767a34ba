import { isObject } from '../../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { callIn } from '../payload.ts';
import type { HookDecision, Members, Protocol } from '../protocol.ts';

const MEMBERS: Members = { session: ['session_id'], tool: 'tool_name', args: 'tool_input', prompt: 'prompt' };

/** As documented in its hooks reference (2026). It has no question to a person, and no id of a call. */
export const protocol: Protocol = {
  events: { BeforeTool: 'decide', AfterTool: 'ran', BeforeAgent: 'prompt', SessionStart: 'started', SessionEnd: 'ended' },
  members: MEMBERS,
  call: (_event, payload) => {
    const call = callIn(MEMBERS, payload);
    return call === null ? null : { ...call, kind: call.name === 'run_shell_command' ? 'process' : 'tool', rewritable: true, attended: false };
  },
  result: (_event, payload): Json | undefined => {
    const answered = payload['tool_response'];
    return isObject(answered) ? (answered['error'] ?? answered['llmContent'] ?? answered) : answered;
  },
  answer,
  acknowledge: () => ({}),
  denies: ({ decision }) => decision === 'deny',
  // What is handed back is merged over the model's arguments, member by member.
  canChange: (_event, before, after) => Object.keys(before).every((key) => Object.hasOwn(after, key)),
};

function answer(hookEventName: string, decision: HookDecision): JsonObject {
  switch (decision.effect) {
    case 'allow':
      return decision.explicit ? { decision: 'allow' } : {};
    case 'modify':
      return { decision: 'allow', hookSpecificOutput: { hookEventName, tool_input: decision.args } };
    case 'ask':
    case 'deny':
      return { decision: 'deny', reason: decision.text };
  }
}
