import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { DEFAULT_URL, forgetCredentials, saveCredentials } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';
import { publishedKey } from './published-key.ts';
import { json, line, visible } from './print.ts';

/** `aegis login`: checks a token against the daemon, then keeps it for the other commands. */
export const define: Define = (command) => {
  command
    .argument('[token]', 'the token `aegis up` or `aegis operators add` printed')
    .option('--url <address>', `where Aegis runs (default: AEGIS_URL, else ${DEFAULT_URL})`)
    .option('--answer-key <key>', 'the answer key of the daemon, from `aegis identity` on its machine (default: what answers there says)')
    .option('--forget', 'remove what was remembered')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis login aegis_admin_…\n  $ aegis login aegis_admin_… --url http://10.0.0.5:7411\n  $ aegis login --forget',
    )
    .action(async (token: string | undefined, options: { url?: string; answerKey?: string; forget?: true; json?: true }) => {
      if (options.forget === true) {
        forgetCredentials();
        return options.json === true ? json({ forgotten: true }) : line('Forgotten.');
      }
      if (token === undefined)
        throw new CliError(EXIT.usage, 'USAGE', 'No token given.', 'Give the token that the first `aegis up` printed: aegis login <token>');
      const url = (options.url ?? process.env['AEGIS_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
      const answerKey = options.answerKey ?? (await publishedKey(url))?.answerKey;
      const credentials = { url, key: token, ...(answerKey === undefined ? {} : { answerKey }) };
      const me = (await connection(credentials).get('/v1/operators/self')) as { role: string; name: string };
      const path = saveCredentials(credentials);
      if (options.json === true) return json({ url, name: me.name, role: me.role, path });
      line(`Logged in as ${visible(me.name)} (${me.role}). Kept in ${path}, readable by you only.`);
    });
};
