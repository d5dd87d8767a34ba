import type { Harness } from '../harness.ts';
import { control } from './control.ts';
import { protocol } from './protocol.ts';

export const codex: Harness = {
  name: 'codex',
  title: 'Codex',
  protocol,
  settings: {
    home: { folder: '.codex', variable: 'CODEX_HOME' },
    files: { user: 'hooks.json', project: '.codex/hooks.json' },
    handlers: ['command'],
    commandMember: 'command',
    waitSeconds: 60,
    entry: ({ command, seconds }) => ({ hooks: [{ type: 'command', command, timeout: seconds }] }),
    control,
  },
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
  readingTools: [],
  docs: {
    asks: 'waits for Aegis: it has no question a hook can put',
    holds: [
      {
        documented: '0.145',
        handler: 'command',
        away: '**denied**',
        crashed: '**denied** (exit 2)',
        timedOut: 'runs',
        unseen: 'everything, until you trust the hook with `/hooks` (`aegis doctor` says so); tools other than the shell below 0.135',
      },
    ],
    tried: '0.169.0',
  },
};
