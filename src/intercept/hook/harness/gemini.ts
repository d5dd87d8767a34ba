import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Harness } from '../harness.ts';
import { argsOf, isObject, text } from '../payload.ts';

/** Gemini CLI, as documented in its hooks reference (2026). It has no question to a person, and no id of a call. */
export const gemini: Harness = {
  name: 'gemini',
  events: { BeforeTool: 'decide', AfterTool: 'ran', BeforeAgent: 'prompt', SessionStart: 'started', SessionEnd: 'ended' },
  session: (payload) => text(payload, 'session_id'),
  call: (_event, payload) => {
    const [session, name, args] = [text(payload, 'session_id'), text(payload, 'tool_name'), argsOf(payload['tool_input'])];
    if (session === null || name === null || args === null) return null;
    return {
      session,
      kind: name === 'run_shell_command' ? 'process' : 'tool',
      name,
      args,
      sameness: `${name} ${JSON.stringify(args)}`,
      rewritable: true,
      attended: false,
    };
  },
  result: (_event, payload): Json | undefined => {
    const answer = payload['tool_response'];
    return isObject(answer) ? (answer['error'] ?? answer['llmContent'] ?? answer) : answer;
  },
  prompt: (payload) => text(payload, 'prompt') ?? undefined,
  say: (hookEventName, verdict): JsonObject => {
    switch (verdict.effect) {
      case 'allow':
        return verdict.explicit ? { decision: 'allow' } : {};
      case 'modify':
        return { decision: 'allow', hookSpecificOutput: { hookEventName, tool_input: verdict.args } };
      case 'ask':
      case 'deny':
        return { decision: 'deny', reason: verdict.text };
    }
  },
  nod: () => ({}),
  // What is handed back is merged over the model's arguments, member by member.
  carries: (_event, before, after) => Object.keys(before).every((key) => Object.hasOwn(after, key)),
};
