import { isObject } from '../../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { callIn } from '../payload.ts';
import type { HookDecision, Members, Protocol } from '../protocol.ts';

const SHELLS = new Set(['bash', 'powershell']);

const MEMBERS: Members = { session: ['sessionId'], tool: 'toolName', args: 'toolArgs', prompt: 'prompt' };

/** The CLI and the cloud agent, as documented in GitHub's hooks reference (2026), in its camelCase format. */
export const protocol: Protocol = {
  events: {
    preToolUse: 'decide',
    postToolUse: 'ran',
    postToolUseFailure: 'failed',
    userPromptSubmitted: 'prompt',
    sessionStart: 'started',
    sessionEnd: 'ended',
  },
  members: MEMBERS,
  call: (_event, payload) => {
    const call = callIn(MEMBERS, payload);
    // The CLI shows its prompt; where nobody is there to answer, the cloud agent takes `ask` as `deny`.
    return call === null ? null : { ...call, kind: SHELLS.has(call.name) ? 'process' : 'tool', rewritable: true, attended: true };
  },
  result: (event, payload): Json | undefined => {
    if (event !== 'postToolUse') return payload['error'];
    const answered = payload['toolResult'];
    return isObject(answered) ? (answered['textResultForLlm'] ?? answered) : answered;
  },
  answer,
  acknowledge: () => ({}),
  denies: ({ permissionDecision }) => permissionDecision === 'deny',
  canChange: () => true,
};

function answer(_event: string, decision: HookDecision): JsonObject {
  switch (decision.effect) {
    case 'allow':
      return decision.explicit ? { permissionDecision: 'allow', permissionDecisionReason: 'Aegis allowed this action.' } : {};
    case 'modify':
      return { permissionDecision: 'allow', modifiedArgs: decision.args };
    case 'ask':
      return { permissionDecision: 'ask', permissionDecisionReason: decision.text };
    case 'deny':
      return { permissionDecision: 'deny', permissionDecisionReason: decision.text };
  }
}
