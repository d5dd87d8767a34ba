import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Harness } from '../harness.ts';
import { argsOf, isObject, text } from '../payload.ts';

const SHELLS = new Set(['bash', 'powershell']);

/** GitHub Copilot CLI and cloud agent, as documented in GitHub's hooks reference (2026), in its camelCase format. */
export const copilot: Harness = {
  name: 'copilot',
  events: {
    preToolUse: 'decide',
    postToolUse: 'ran',
    postToolUseFailure: 'failed',
    userPromptSubmitted: 'prompt',
    sessionStart: 'started',
    sessionEnd: 'ended',
  },
  session: (payload) => text(payload, 'sessionId'),
  call: (_event, payload) => {
    const [session, name, args] = [text(payload, 'sessionId'), text(payload, 'toolName'), argsOf(payload['toolArgs'])];
    if (session === null || name === null || args === null) return null;
    return {
      session,
      kind: SHELLS.has(name) ? 'process' : 'tool',
      name,
      args,
      sameness: `${name} ${JSON.stringify(args)}`,
      rewritable: true,
      // The CLI shows its prompt; where nobody is there to answer, the cloud agent takes `ask` as `deny`.
      attended: true,
    };
  },
  result: (event, payload): Json | undefined => {
    if (event !== 'postToolUse') return payload['error'];
    const answer = payload['toolResult'];
    return isObject(answer) ? (answer['textResultForLlm'] ?? answer) : answer;
  },
  prompt: (payload) => text(payload, 'prompt') ?? undefined,
  say: (_event, verdict): JsonObject => {
    switch (verdict.effect) {
      case 'allow':
        return verdict.explicit ? { permissionDecision: 'allow', permissionDecisionReason: 'Aegis allowed this action.' } : {};
      case 'modify':
        return { permissionDecision: 'allow', modifiedArgs: verdict.args };
      case 'ask':
        return { permissionDecision: 'ask', permissionDecisionReason: verdict.text };
      case 'deny':
        return { permissionDecision: 'deny', permissionDecisionReason: verdict.text };
    }
  },
  nod: () => ({}),
  carries: () => true,
};
