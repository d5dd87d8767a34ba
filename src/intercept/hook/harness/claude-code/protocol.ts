import { isObject } from '../../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { callIn, text } from '../payload.ts';
import type { HookDecision, Members, Protocol } from '../protocol.ts';

/** Modes in which Claude Code puts a hook's question to the person at the terminal. In the others nobody may be there, so Aegis asks its own. */
const ATTENDED = new Set(['default', 'acceptEdits', 'plan']);

const SHELLS = new Set(['Bash', 'PowerShell']);

const MEMBERS: Members = { session: ['session_id'], tool: 'tool_name', args: 'tool_input', callId: 'tool_use_id', prompt: 'prompt' };

/** As documented for 2.1.295 (October 2026): `http` and `command` handlers take the same payloads and answers. */
export const protocol: Protocol = {
  events: {
    PreToolUse: 'decide',
    PostToolUse: 'ran',
    PostToolUseFailure: 'failed',
    UserPromptSubmit: 'prompt',
    SessionStart: 'started',
    SessionEnd: 'ended',
  },
  members: MEMBERS,
  call: (_event, payload) => {
    const call = callIn(MEMBERS, payload);
    return call === null
      ? null
      : {
          ...call,
          kind: SHELLS.has(call.name) ? 'process' : 'tool',
          rewritable: true,
          attended: ATTENDED.has(text(payload, 'permission_mode') ?? ''),
        };
  },
  result: (event, payload): Json | undefined => (event === 'PostToolUse' ? payload['tool_response'] : payload['error']),
  answer,
  acknowledge: () => ({}),
  denies: ({ hookSpecificOutput: output }) => isObject(output) && output['permissionDecision'] === 'deny',
  canChange: () => true,
};

/** `allow` alone is no answer: an explicit one would skip the person's own permission prompt. */
function answer(hookEventName: string, decision: HookDecision): JsonObject {
  const decided = (permissionDecision: string, more: JsonObject): JsonObject => ({
    hookSpecificOutput: { hookEventName, permissionDecision, ...more },
  });
  switch (decision.effect) {
    case 'allow':
      return decision.explicit ? decided('allow', { permissionDecisionReason: 'Aegis allowed this action.' }) : {};
    case 'modify':
      return decided('allow', { permissionDecisionReason: 'Aegis allowed this action with changed arguments.', updatedInput: decision.args });
    case 'ask':
      return decided('ask', { permissionDecisionReason: decision.text });
    case 'deny':
      return decided('deny', { permissionDecisionReason: decision.text });
  }
}
