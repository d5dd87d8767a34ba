import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { argsOf, identityIn, sessionIn, text } from '../payload.ts';
import type { HookDecision, Members, Protocol, ToolCall } from '../protocol.ts';

const MEMBERS: Members = {
  session: ['conversation_id', 'session_id'],
  tool: 'tool_name',
  args: 'tool_input',
  callId: 'tool_use_id',
  prompt: 'prompt',
};

/**
 * hooks.json version 1. `preToolUse` speaks of every tool; older versions only have the events for shell, MCP and files. Where both fire for
 * one call, `correlation` is equal and one decision serves both. Only the shell and MCP events can put a question to a person.
 */
export const protocol: Protocol = {
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
  members: MEMBERS,
  unnamed: { beforeShellExecution: { tool: 'Shell', args: ['command'] }, beforeReadFile: { tool: 'Read', args: ['file_path'] } },
  repeats: ['beforeShellExecution', 'beforeMCPExecution', 'beforeReadFile'],
  call: (event, payload) => {
    const session = sessionIn(MEMBERS, payload);
    const described = session === null ? null : describedBy(event, payload);
    return session === null || described === null ? null : { ...identityIn(MEMBERS, payload, session), ...described };
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
  answer: (event, decision) => (event === 'beforeReadFile' ? permissionOnly(decision) : permission(event, decision)),
  acknowledge: (event) => (event === 'beforeSubmitPrompt' ? { continue: true } : {}),
  denies: (answer) => answer['permission'] === 'deny',
  canChange: (event) => event === 'preToolUse',
};

type Described = Omit<ToolCall, 'session' | 'callId'>;

function describedBy(event: string, payload: JsonObject): Described | null {
  if (event === 'beforeShellExecution' || event === 'afterShellExecution') return shell(payload);
  if (event === 'beforeReadFile') return readFile(payload);
  const name = text(payload, MEMBERS.tool);
  const args = argsOf(payload[MEMBERS.args]);
  if (name === null || args === null) return null;
  const mcp = event === 'beforeMCPExecution' || event === 'afterMCPExecution';
  const command = name === 'Shell' ? text(args, 'command') : null;
  return {
    kind: name === 'Shell' ? 'process' : 'tool',
    name: mcp && !name.startsWith('MCP:') ? `MCP:${name}` : name,
    args,
    correlation: command === null ? `${mcp || name.startsWith('MCP:') ? lastOf(name) : name} ${JSON.stringify(args)}` : `Shell ${command}`,
    rewritable: true,
    attended: event === 'beforeMCPExecution',
  };
}

/** `MCP:server:tool` and `tool` are one tool. */
const lastOf = (name: string): string => `MCP ${name.slice(name.lastIndexOf(':') + 1)}`;

function shell(payload: JsonObject): Described | null {
  const command = text(payload, 'command');
  if (command === null) return null;
  const cwd = text(payload, 'cwd');
  const args = { command, ...(cwd === null ? {} : { cwd }) };
  return { kind: 'process', name: 'Shell', args, correlation: `Shell ${command}`, rewritable: true, attended: true };
}

/** The file's content is left out: it is not what is asked for, and it would be recorded. */
function readFile(payload: JsonObject): Described | null {
  const path = text(payload, 'file_path');
  return path === null
    ? null
    : { kind: 'tool', name: 'Read', args: { file_path: path }, correlation: `Read ${path}`, rewritable: true, attended: false };
}

function permission(event: string, decision: HookDecision): JsonObject {
  switch (decision.effect) {
    case 'allow':
      return decision.explicit ? { permission: 'allow' } : {};
    case 'modify':
      return { permission: 'allow', updated_input: decision.args };
    case 'ask':
      return event === 'preToolUse' ? denied(decision.text) : { permission: 'ask', user_message: decision.text, agent_message: decision.text };
    case 'deny':
      return denied(decision.text);
  }
}

const denied = (reason: string): JsonObject => ({ permission: 'deny', user_message: reason, agent_message: reason });

function permissionOnly(decision: HookDecision): JsonObject {
  return decision.effect === 'allow' ? (decision.explicit ? { permission: 'allow' } : {}) : { permission: 'deny' };
}
