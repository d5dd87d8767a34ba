import type { HarnessDocs } from '../docs.ts';

export const docs: HarnessDocs = {
  asks: 'waits for Aegis; on versions without `preToolUse`, its own question for shell and MCP',
  holds: [
    {
      variant: ', `--blocking`',
      documented: 'hooks.json 1',
      handler: 'command',
      away: '**denied**',
      crashed: '**denied** (exit 2)',
      timedOut: '**denied** (`failClosed`)',
      unseen: 'tools other than shell, MCP and reading, without `preToolUse`',
    },
    {
      variant: ', plain',
      documented: 'hooks.json 1',
      handler: 'command',
      away: '**denied**',
      crashed: '**denied** (exit 2)',
      timedOut: 'runs',
      unseen: 'the same',
    },
  ],
};
