import type { Harness } from '../harness.ts';
import { docs } from './docs.ts';
import { protocol } from './protocol.ts';

export const cursor: Harness = {
  name: 'cursor',
  title: 'Cursor',
  protocol,
  settings: {
    home: { folder: '.cursor' },
    files: { user: 'hooks.json', project: '.cursor/hooks.json' },
    beside: { version: 1 },
    handlers: ['command'],
    commandMember: 'command',
    blocking: { setting: 'failClosed', value: true },
    waitSeconds: 20,
    // Its documents disagree whether a timeout is in seconds or milliseconds, so its own default stands.
    entry: ({ command, blocking }) => ({ command, ...blocking }),
  },
  canary: {
    event: 'preToolUse',
    payload: ({ session, tool, args }) => ({ conversation_id: session, hook_event_name: 'preToolUse', tool_name: tool, tool_input: args }),
  },
  readingTools: ['Read', 'Glob', 'Grep', 'LS', 'read_file', 'codebase_search', 'list_dir'],
  docs,
};
