import type { Harness } from '../harness.ts';
import { protocol } from './protocol.ts';

export const copilot: Harness = {
  name: 'copilot',
  title: 'Copilot CLI',
  protocol,
  settings: {
    home: { folder: '.copilot', variable: 'COPILOT_HOME' },
    files: { user: 'hooks/aegis.json', project: '.github/hooks/aegis.json' },
    beside: { version: 1 },
    offSwitches: [{ at: ['disableAllHooks'], is: true }],
    handlers: ['command'],
    commandMember: 'bash',
    waitSeconds: 60,
    entry: ({ command, seconds }) => ({ type: 'command', bash: command, timeoutSec: seconds }),
  },
  canary: {
    event: 'preToolUse',
    payload: ({ session, tool, args, cwd, now }) => ({ sessionId: session, timestamp: now, cwd, toolName: tool, toolArgs: args }),
  },
  readingTools: ['view', 'glob', 'grep', 'rg'],
  docs: {
    asks: 'its own question; where nobody can answer, Copilot takes it as no',
    holds: [
      {
        documented: 'hooks of 2026',
        handler: 'command',
        away: '**denied**',
        crashed: '**denied** (any exit but 0)',
        timedOut: 'runs, always',
        unseen: 'the cloud agent, which does not run on your machine',
      },
    ],
    tried: '1.0.102',
  },
};
