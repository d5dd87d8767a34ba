import { isObject } from '../../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { callIn } from '../payload.ts';
import type { HookDecision, Members, Protocol } from '../protocol.ts';

const MEMBERS: Members = { session: ['session_id'], tool: 'tool_name', args: 'tool_input', callId: 'tool_use_id', prompt: 'prompt' };

/**
 * As documented for 0.145 and later. Its schema names `ask` and a bare `allow`, but its runtime takes either as a failed hook and runs the
 * call, so neither is ever said: silence allows, and Aegis asks its own people.
 */
export const protocol: Protocol = {
  events: { PreToolUse: 'decide', PostToolUse: 'ran', UserPromptSubmit: 'prompt', SessionStart: 'started', SessionEnd: 'ended' },
  members: MEMBERS,
  call: (_event, payload) => {
    const call = callIn(MEMBERS, payload);
    if (call === null) return null;
    // Files a patch names are read where every door's patches are (INSPECT-117); its text is not rewritten.
    return { ...call, kind: call.name === 'Bash' ? 'process' : 'tool', rewritable: call.name !== 'apply_patch', attended: false };
  },
  result: (_event, payload): Json | undefined => payload['tool_response'],
  answer,
  acknowledge: () => ({}),
  denies: ({ hookSpecificOutput: output }) => isObject(output) && output['permissionDecision'] === 'deny',
  canChange: () => true,
};

function answer(hookEventName: string, decision: HookDecision): JsonObject {
  switch (decision.effect) {
    case 'allow':
      return {};
    case 'modify':
      return { hookSpecificOutput: { hookEventName, permissionDecision: 'allow', updatedInput: decision.args } };
    case 'ask':
    case 'deny':
      return { hookSpecificOutput: { hookEventName, permissionDecision: 'deny', permissionDecisionReason: decision.text } };
  }
}
