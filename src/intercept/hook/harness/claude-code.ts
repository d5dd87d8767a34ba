import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Harness, Verdict } from '../harness.ts';
import { argsOf, text } from '../payload.ts';

/** Modes in which Claude Code puts a hook's question to the person at the terminal. In the others nobody may be there, so Aegis asks its own. */
const ATTENDED = new Set(['default', 'acceptEdits', 'plan']);

const SHELLS = new Set(['Bash', 'PowerShell']);

/** Claude Code, as documented for 2.1.295 (October 2026): `http` and `command` handlers take the same payloads and answers. */
export const claudeCode: Harness = {
  name: 'claude-code',
  events: {
    PreToolUse: 'decide',
    PostToolUse: 'ran',
    PostToolUseFailure: 'failed',
    UserPromptSubmit: 'prompt',
    SessionStart: 'started',
    SessionEnd: 'ended',
  },
  session: (payload) => text(payload, 'session_id'),
  call: (_event, payload) => {
    const [session, name, args] = [text(payload, 'session_id'), text(payload, 'tool_name'), argsOf(payload['tool_input'])];
    if (session === null || name === null || args === null) return null;
    const callId = text(payload, 'tool_use_id');
    return {
      session,
      ...(callId === null ? {} : { callId }),
      kind: SHELLS.has(name) ? 'process' : 'tool',
      name,
      args,
      sameness: `${name} ${JSON.stringify(args)}`,
      rewritable: true,
      attended: ATTENDED.has(text(payload, 'permission_mode') ?? ''),
    };
  },
  result: (event, payload): Json | undefined => (event === 'PostToolUse' ? payload['tool_response'] : payload['error']),
  prompt: (payload) => text(payload, 'prompt') ?? undefined,
  say: (event, verdict) => preToolUse(event, verdict),
  nod: () => ({}),
  carries: () => true,
};

/** `allow` alone is no answer: an explicit one would skip the person's own permission prompt. */
function preToolUse(hookEventName: string, verdict: Verdict): JsonObject {
  const decided = (permissionDecision: string, more: JsonObject): JsonObject => ({
    hookSpecificOutput: { hookEventName, permissionDecision, ...more },
  });
  switch (verdict.effect) {
    case 'allow':
      return verdict.explicit ? decided('allow', { permissionDecisionReason: 'Aegis allowed this action.' }) : {};
    case 'modify':
      return decided('allow', { permissionDecisionReason: 'Aegis allowed this action with changed arguments.', updatedInput: verdict.args });
    case 'ask':
      return decided('ask', { permissionDecisionReason: verdict.text });
    case 'deny':
      return decided('deny', { permissionDecisionReason: verdict.text });
  }
}
