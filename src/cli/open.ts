import { spawn } from 'node:child_process';
import { connection } from './connection.ts';
import type { Define } from './define.ts';
import { hasTerminal } from './presence.ts';
import { json, line, note } from './print.ts';

interface LoginLink {
  readonly path: string;
  readonly expiresAt: number;
}

/** `aegis open`: a one-time link to the dashboard, opened where there is a screen and printed in any case. */
export const define: Define = (command) => {
  command
    .option('--print', 'print the link and open nothing')
    .option('--json', 'print JSON and open nothing')
    .addHelpText('after', '\nExamples:\n  $ aegis open\n  $ aegis open --print\n  $ aegis open --json')
    .action(async (options: { readonly print?: true; readonly json?: true }) => {
      const aegis = connection();
      const { path, expiresAt } = (await aegis.post('/v1/login/link')) as LoginLink;
      const url = aegis.url.replace(/\/$/, '') + path;
      if (options.json === true) return json({ url, expiresAt });
      line(url);
      note('It logs one browser in, once, within 10 minutes.');
      if (options.print !== true && hasTerminal()) browse(url);
    });
};

/** The program that opens an address, by system; elsewhere and without a screen the printed link is enough. */
function browse(url: string): void {
  const [program, ...before] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open'];
  if (program === undefined) return;
  const child = spawn(program, [...before, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
