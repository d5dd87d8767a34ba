import { isObject } from '../../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { callIn, text } from '../payload.ts';
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
    const patch = call.name === 'apply_patch' ? text(call.args, 'command') : null;
    return patch === null
      ? { ...call, kind: call.name === 'Bash' ? 'process' : 'tool', rewritable: true, attended: false }
      : { ...call, kind: 'tool', args: patchArgs(patch), rewritable: false, attended: false };
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

const HEADER = /^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/;

/** A patch names the files it touches in its headers: they are what a policy speaks of; the patch itself is no command line. */
function patchArgs(patch: string): JsonObject {
  const paths = patch.split('\n').flatMap((line) => HEADER.exec(line.trimEnd())?.[1] ?? []);
  return { paths: [...new Set(paths)], content: patch };
}
