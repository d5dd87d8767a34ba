import type { Harness } from '../harness.ts';
import { protocol } from './protocol.ts';

export const gemini: Harness = {
  name: 'gemini',
  title: 'Gemini CLI',
  protocol,
  settings: {
    home: { folder: '.gemini' },
    files: { user: 'settings.json', project: '.gemini/settings.json' },
    // It turns hooks off as a whole or by their name, and has called the place three names.
    offSwitches: [
      { at: ['hooksConfig', 'enabled'], is: false },
      { at: ['hooks', 'enabled'], is: false },
      { at: ['tools', 'enableHooks'], is: false },
      { at: ['hooksConfig', 'disabled'], is: 'aegis' },
      { at: ['hooks', 'disabled'], is: 'aegis' },
    ],
    handlers: ['command'],
    commandMember: 'command',
    waitSeconds: 60,
    // Its timeout is in milliseconds.
    entry: ({ command, seconds }) => ({ hooks: [{ name: 'aegis', type: 'command', command, timeout: seconds * 1000 }] }),
  },
  canary: {
    event: 'BeforeTool',
    payload: ({ session, tool, args, cwd }) => ({
      session_id: session,
      cwd,
      hook_event_name: 'BeforeTool',
      tool_use_id: session,
      tool_name: tool,
      tool_input: args,
    }),
  },
  readingTools: ['read_file', 'read_many_files', 'list_directory', 'search_file_content', 'glob'],
  docs: {
    asks: 'waits for Aegis: it has no question a hook can put',
    holds: [
      {
        documented: 'hooks of 2026',
        handler: 'command',
        away: '**denied**',
        crashed: '**denied** (exit 2)',
        timedOut: 'runs',
        unseen: 'everything, on versions where hooks are switched off: see `/hooks` there',
      },
    ],
    tried: '0.61.0',
  },
};
