import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Harness, ToolCall, Verdict } from '../harness.ts';
import { argsOf, text } from '../payload.ts';

/**
 * Cursor, hooks.json version 1. `preToolUse` speaks of every tool; older versions only have the events for shell, MCP and files. Where
 * both fire for one call, `sameness` is equal and one decision serves both. Only the shell and MCP events can put a question to a person.
 */
export const cursor: Harness = {
  name: 'cursor',
  events: {
    preToolUse: 'decide',
    beforeShellExecution: 'decide',
    beforeMCPExecution: 'decide',
    beforeReadFile: 'decide',
    postToolUse: 'ran',
    postToolUseFailure: 'failed',
    afterShellExecution: 'ran',
    afterMCPExecution: 'ran',
    beforeSubmitPrompt: 'prompt',
    sessionStart: 'started',
    sessionEnd: 'ended',
  },
  session: (payload) => text(payload, 'conversation_id') ?? text(payload, 'session_id'),
  call: (event, payload) => {
    const session = text(payload, 'conversation_id') ?? text(payload, 'session_id');
    const told = session === null ? null : toldBy(event, payload);
    if (session === null || told === null) return null;
    const callId = text(payload, 'tool_use_id');
    return { session, ...(callId === null ? {} : { callId }), ...told };
  },
  result: (event, payload): Json | undefined => {
    switch (event) {
      case 'afterShellExecution':
        return payload['output'];
      case 'afterMCPExecution':
        return payload['result_json'];
      case 'postToolUseFailure':
        return payload['error_message'] ?? payload['error'];
      default:
        return payload['tool_output'];
    }
  },
  prompt: (payload) => text(payload, 'prompt') ?? undefined,
  say: (event, verdict) => (event === 'beforeReadFile' ? permissionOnly(verdict) : permission(event, verdict)),
  nod: (event) => (event === 'beforeSubmitPrompt' ? { continue: true } : {}),
  carries: (event) => event === 'preToolUse',
};

type Told = Omit<ToolCall, 'session' | 'callId'>;

function toldBy(event: string, payload: JsonObject): Told | null {
  if (event === 'beforeShellExecution' || event === 'afterShellExecution') return shell(payload);
  if (event === 'beforeReadFile') return readFile(payload);
  const name = text(payload, 'tool_name');
  const args = argsOf(payload['tool_input']);
  if (name === null || args === null) return null;
  const mcp = event === 'beforeMCPExecution' || event === 'afterMCPExecution';
  const command = name === 'Shell' ? text(args, 'command') : null;
  return {
    kind: name === 'Shell' ? 'process' : 'tool',
    name: mcp && !name.startsWith('MCP:') ? `MCP:${name}` : name,
    args,
    sameness: command === null ? `${mcp || name.startsWith('MCP:') ? lastOf(name) : name} ${JSON.stringify(args)}` : `Shell ${command}`,
    rewritable: true,
    attended: event === 'beforeMCPExecution',
  };
}

/** `MCP:server:tool` and `tool` are one tool. */
const lastOf = (name: string): string => `MCP ${name.slice(name.lastIndexOf(':') + 1)}`;

function shell(payload: JsonObject): Told | null {
  const command = text(payload, 'command');
  if (command === null) return null;
  const cwd = text(payload, 'cwd');
  const args = { command, ...(cwd === null ? {} : { cwd }) };
  return { kind: 'process', name: 'Shell', args, sameness: `Shell ${command}`, rewritable: true, attended: true };
}

/** The file's content is left out: it is not what is asked for, and it would be recorded. */
function readFile(payload: JsonObject): Told | null {
  const path = text(payload, 'file_path');
  return path === null
    ? null
    : { kind: 'tool', name: 'Read', args: { file_path: path }, sameness: `Read ${path}`, rewritable: true, attended: false };
}

function permission(event: string, verdict: Verdict): JsonObject {
  switch (verdict.effect) {
    case 'allow':
      return verdict.explicit ? { permission: 'allow' } : {};
    case 'modify':
      return { permission: 'allow', updated_input: verdict.args };
    case 'ask':
      return event === 'preToolUse' ? refused(verdict.text) : { permission: 'ask', user_message: verdict.text, agent_message: verdict.text };
    case 'deny':
      return refused(verdict.text);
  }
}

const refused = (said: string): JsonObject => ({ permission: 'deny', user_message: said, agent_message: said });

function permissionOnly(verdict: Verdict): JsonObject {
  return verdict.effect === 'allow' ? (verdict.explicit ? { permission: 'allow' } : {}) : { permission: 'deny' };
}
