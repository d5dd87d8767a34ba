import type { TestContext } from 'node:test';
import type { HarnessName } from '../../../src/intercept/hook/harness.ts';
import { running, type Running } from '../../api/daemon.ts';

export interface Asked {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly session?: string;
  readonly mode?: string;
}

interface Words {
  readonly before: string;
  readonly after: string;
  readonly body: (asked: Asked) => Record<string, unknown>;
  readonly answered: (answer: unknown) => Record<string, unknown>;
}

const snake = ({ name, args, id, session = 's1', mode = 'default' }: Asked): Record<string, unknown> => ({
  session_id: session,
  permission_mode: mode,
  tool_name: name,
  tool_input: args,
  ...(id === undefined ? {} : { tool_use_id: id }),
});

/** How each harness tells of a call and of its end. */
export const WORDS: Readonly<Record<HarnessName, Words>> = {
  'claude-code': { before: 'PreToolUse', after: 'PostToolUse', body: snake, answered: (answer) => ({ tool_response: answer }) },
  codex: { before: 'PreToolUse', after: 'PostToolUse', body: snake, answered: (answer) => ({ tool_response: answer }) },
  gemini: {
    before: 'BeforeTool',
    after: 'AfterTool',
    body: (asked) => snake({ name: asked.name, args: asked.args }),
    answered: (answer) => ({ tool_response: { llmContent: answer } }),
  },
  cursor: {
    before: 'preToolUse',
    after: 'postToolUse',
    body: ({ name, args, session = 's1' }) => ({ conversation_id: session, tool_name: name, tool_input: args }),
    answered: (answer) => ({ tool_output: answer }),
  },
  copilot: {
    before: 'preToolUse',
    after: 'postToolUse',
    body: ({ name, args, session = 's1' }) => ({ sessionId: session, toolName: name, toolArgs: JSON.stringify(args) }),
    answered: (answer) => ({ toolResult: { resultType: 'success', textResultForLlm: answer } }),
  },
};

/** What each harness calls its shell. */
export const SHELL: Readonly<Record<HarnessName, string>> = {
  'claude-code': 'Bash',
  codex: 'Bash',
  gemini: 'run_shell_command',
  cursor: 'Shell',
  copilot: 'bash',
};

/** Any harness's answer: what it would do. */
export function effectIn(answer: unknown): string {
  const said = answer as Record<string, unknown> & { hookSpecificOutput?: { permissionDecision?: string } };
  return String(said['permissionDecision'] ?? said['permission'] ?? said['decision'] ?? said.hookSpecificOutput?.permissionDecision ?? 'silence');
}

export interface Stage {
  readonly aegis: Running;
  readonly key: string;
  before(
    harness: HarnessName,
    asked: Asked,
    query?: string,
  ): Promise<{ readonly effect: string; readonly text: string; readonly body: Readonly<Record<string, unknown>> }>;
  after(harness: HarnessName, asked: Asked, answer: unknown): Promise<void>;
  event(harness: HarnessName, event: string, payload: object): Promise<Readonly<Record<string, unknown>>>;
  entries(type: string): Promise<readonly { readonly agent?: string; readonly session?: string; readonly body: Readonly<Record<string, unknown>> }[]>;
}

export async function stage(context: TestContext, policy?: string): Promise<Stage> {
  const aegis = await running(context);
  const key = await aegis.agent('coder');
  if (policy !== undefined) {
    const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
    if (activated.status !== 200) throw new Error(activated.text);
  }
  const post = (harness: HarnessName, event: string, body: object, query = '') =>
    aegis.ask('POST', `/v1/hooks/${harness}/${event}${query}`, { key, body });
  return {
    aegis,
    key,
    before: async (harness, asked, query) => {
      const { body, text, status } = await post(harness, WORDS[harness].before, WORDS[harness].body(asked), query);
      return { effect: status === 200 ? effectIn(body) : String(status), text, body };
    },
    after: async (harness, asked, answer) => {
      const { text, status } = await post(harness, WORDS[harness].after, { ...WORDS[harness].body(asked), ...WORDS[harness].answered(answer) });
      if (status !== 200) throw new Error(text);
    },
    event: async (harness, event, payload) => (await post(harness, event, payload)).body,
    entries: async (type) => {
      const { body } = await aegis.ask('GET', `/v1/log?type=${type}&limit=1000`, { key: aegis.admin });
      return body['entries'] as never;
    },
  };
}
