import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Harness, ToolCall } from '../harness.ts';
import { argsOf, text } from '../payload.ts';

/**
 * Codex CLI, as documented for 0.145 and later. Its schema names `ask` and a bare `allow`, but its runtime takes either as a failed hook
 * and runs the call, so neither is ever said: silence allows, and Aegis asks its own people.
 */
export const codex: Harness = {
  name: 'codex',
  events: { PreToolUse: 'decide', PostToolUse: 'ran', UserPromptSubmit: 'prompt', SessionStart: 'started', SessionEnd: 'ended' },
  session: (payload) => text(payload, 'session_id'),
  call: (_event, payload) => {
    const [session, name, args] = [text(payload, 'session_id'), text(payload, 'tool_name'), argsOf(payload['tool_input'])];
    if (session === null || name === null || args === null) return null;
    const callId = text(payload, 'tool_use_id');
    const patch = name === 'apply_patch' ? text(args, 'command') : null;
    const called = { session, ...(callId === null ? {} : { callId }), name, sameness: `${name} ${JSON.stringify(args)}`, attended: false };
    return patch === null ? { ...called, ...plain(name, args) } : { ...called, kind: 'tool', args: patchArgs(patch), rewritable: false };
  },
  result: (_event, payload): Json | undefined => payload['tool_response'],
  prompt: (payload) => text(payload, 'prompt') ?? undefined,
  say: (hookEventName, verdict): JsonObject => {
    switch (verdict.effect) {
      case 'allow':
        return {};
      case 'modify':
        return { hookSpecificOutput: { hookEventName, permissionDecision: 'allow', updatedInput: verdict.args } };
      case 'ask':
      case 'deny':
        return { hookSpecificOutput: { hookEventName, permissionDecision: 'deny', permissionDecisionReason: verdict.text } };
    }
  },
  nod: () => ({}),
  carries: () => true,
};

const plain = (name: string, args: JsonObject): Pick<ToolCall, 'kind' | 'args' | 'rewritable'> => ({
  kind: name === 'Bash' ? 'process' : 'tool',
  args,
  rewritable: true,
});

const HEADER = /^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/;

/** A patch names the files it touches in its headers: they are what a policy speaks of; the patch itself is no command line. */
function patchArgs(patch: string): JsonObject {
  const paths = patch.split('\n').flatMap((line) => HEADER.exec(line.trimEnd())?.[1] ?? []);
  return { paths: [...new Set(paths)], content: patch };
}
