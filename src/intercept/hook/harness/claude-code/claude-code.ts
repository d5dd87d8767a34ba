import type { Harness } from '../harness.ts';
import { docs } from './docs.ts';
import { protocol } from './protocol.ts';
import { settings } from './settings.ts';

export const claudeCode: Harness = {
  name: 'claude-code',
  title: 'Claude Code',
  protocol,
  settings,
  canary: {
    event: 'PreToolUse',
    payload: ({ session, tool, args, cwd }) => ({
      session_id: session,
      cwd,
      hook_event_name: 'PreToolUse',
      tool_use_id: session,
      tool_name: tool,
      tool_input: args,
    }),
  },
  readingTools: ['Read', 'Glob', 'Grep', 'LS', 'NotebookRead'],
  docs,
};
