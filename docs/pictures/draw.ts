import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onScreen } from '../../test/cli/pty.ts';
import { act, terminal } from '../../test/cli/terminal.ts';
import { photograph } from './pages.ts';
import { terminalSvg } from './terminal-svg.ts';

const COLUMNS = 108;

/** What an agent of a shop does in a morning: ordinary, forbidden, and something for a person. */
const MORNING = [
  { name: 'lookup_order', args: { order: 4711 } },
  { name: 'query_database', args: { sql: 'SELECT total, state FROM orders WHERE id = 4711' } },
  { name: 'read_file', args: { path: '/srv/shop/faq.md' } },
  { name: 'run_command', args: { command: 'git push --force origin main' } },
  { name: 'http_get', args: { url: 'http://169.254.169.254/latest/meta-data/iam/' } },
  { name: 'query_database', args: { sql: 'DELETE FROM orders' } },
  { name: 'run_command', args: { command: 'rm -rf / --no-preserve-root' } },
] as const;

/** Draws the README's pictures from a daemon of its own: `npm run pictures`. */
async function draw(): Promise<void> {
  const ends: (() => Promise<void>)[] = [];
  const shell = await terminal({ after: (end: () => Promise<void>) => void ends.push(end) } as Parameters<typeof terminal>[0]);
  try {
    const up = await shell.up();
    await shell.aegis('login', up.admin, '--url', up.url);
    const { key } = JSON.parse((await shell.aegis('agents', 'add', 'support-bot', '--json')).stdout) as { key: string };
    for (const { name, args } of MORNING) await act(up.url, key, { session: 'morning', name, args });
    const rows = JSON.parse((await shell.aegis('actions', '--json')).stdout) as readonly { index: number }[];
    await picture('actions', 'aegis actions: every action with its effect and why', [['actions'], ['approvals']]);
    await picture('action', 'aegis actions with a number: one action in full', [['actions', String(rows[0]?.index)]]);
    await picture('verify', 'aegis log verify: the log holds', [['status'], ['log', 'verify', '--data', 'data', '--checkpoints', 'checkpoints']]);
    const [held] = JSON.parse((await shell.aegis('approvals', '--json')).stdout) as readonly { approval: string; action: string }[];
    await photograph({
      url: up.url,
      key: up.admin,
      pages: {
        overview: '/',
        approvals: `/approvals?open=${held?.approval ?? ''}`,
        live: '/live',
        action: `/actions/${held?.action ?? ''}?agent=support-bot`,
      },
    });
  } finally {
    for (const end of ends) await end();
  }

  async function picture(name: string, title: string, commands: readonly (readonly string[])[]): Promise<void> {
    let text = '';
    for (const args of commands) {
      const shownAs = args.filter((_, at) => !args.slice(0, at + 1).some((word) => word.startsWith('--')));
      text += `\u001b[2m$\u001b[0m aegis ${shownAs.join(' ')}\n${(await onScreen(shell, { columns: COLUMNS, args })).text.trimEnd()}\n\n`;
    }
    const path = fileURLToPath(new URL(`${name}.svg`, import.meta.url));
    writeFileSync(path, terminalSvg(text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:7411').replaceAll(shell.folder, '~'), COLUMNS, title));
  }
}

await draw();
