import type { HarnessSettings } from '../settings.ts';

export const settings: HarnessSettings = {
  home: { folder: '.claude', variable: 'CLAUDE_CONFIG_DIR' },
  files: { user: 'settings.json', project: '.claude/settings.local.json' },
  offSwitches: [{ at: ['disableAllHooks'], is: true }],
  // The launcher makes sure that the answer is Aegis's; an http request of the harness's own takes anybody's.
  handlers: ['command', 'http'],
  commandMember: 'command',
  blocking: { setting: 'onFailure', value: 'block', since: '2.1.295' },
  waitSeconds: 60,
  entry: ({ meaning, handler, command, endpoint, key, seconds, blocking }) => {
    // A session's start runs the launcher in any case: it tells what was let go while Aegis was away.
    const asks =
      handler === 'command' || meaning === 'started'
        ? { type: 'command', command, timeout: seconds, ...blocking }
        : { type: 'http', url: endpoint, headers: { Authorization: `Bearer ${key}` }, timeout: seconds, ...blocking };
    return { ...(meaning === 'decide' ? { matcher: '*' } : {}), hooks: [asks] };
  },
};
