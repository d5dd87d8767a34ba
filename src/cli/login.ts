import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { addressOf, DEFAULT_URL, forgetCredentials, saveCredentials, saveLocked } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';
import { newPassphrase } from './lock.ts';
import { forgetUnlocked } from './unlocked.ts';
import { publishedKey } from './published-key.ts';
import { hasTerminal } from './presence.ts';
import { json, line, visible } from './print.ts';

interface LoginOptions {
  readonly url?: string;
  readonly answerKey?: string;
  readonly lock?: true;
  readonly allowScripts?: true;
  readonly forget?: true;
  readonly json?: true;
}

/** `aegis login`: checks a token against the daemon, then keeps it for the other commands. */
export const define: Define = (command) => {
  command
    .argument('[token]', 'the token that `aegis up` or `aegis operators add` printed')
    .option('--url <address>', `where Aegis runs (default: AEGIS_URL, else ${DEFAULT_URL})`)
    .option('--answer-key <key>', 'the daemon’s answer key, from `aegis identity` on its machine (default: ask the daemon)')
    .option('--lock', 'lock the key with a passphrase, asked for at this terminal')
    .option('--allow-scripts', 'let scripts use this login for commands that let agents do more (grant, resume, activate …)')
    .option('--forget', 'remove the saved key')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis login aegis_admin_…\n  $ aegis login aegis_admin_… --url http://10.0.0.5:7411\n  $ aegis login aegis_admin_… --lock\n  $ aegis login --forget',
    )
    .action(async (token: string | undefined, options: LoginOptions) => {
      if (options.forget === true) {
        forgetCredentials();
        forgetUnlocked();
        return options.json === true ? json({ forgotten: true }) : line('The saved key is removed.');
      }
      if (token === undefined)
        throw new CliError(EXIT.usage, 'USAGE', 'No token given.', 'Give the token that the first `aegis up` printed: aegis login <token>');
      const url = addressOf(options.url ?? process.env['AEGIS_URL'] ?? DEFAULT_URL);
      const answerKey = options.answerKey ?? (await publishedKey(url))?.answerKey;
      const kept = {
        url,
        ...(answerKey === undefined ? {} : { answerKey }),
        ...(options.allowScripts === true ? { allowScripts: true as const } : {}),
      };
      const credentials = { ...kept, key: token };
      const me = (await connection(credentials).get('/v1/operators/self')) as { role: string; name: string };
      const passphrase = options.lock === true ? newPassphrase() : null;
      if (options.lock === true && passphrase === null)
        throw new CliError(EXIT.refused, 'NEEDS_TERMINAL', 'Choosing a passphrase needs a terminal.', 'Run it in a terminal, or leave --lock out.');
      forgetUnlocked();
      const path = passphrase === null ? saveCredentials(credentials) : saveLocked(kept, token, passphrase);
      if (options.json === true) return json({ url, name: me.name, role: me.role, path });
      line(`Logged in as ${visible(me.name)} (${me.role}). Kept in ${path}, readable by you only.`);
      if (passphrase === null && hasTerminal()) line('Any program that runs as your user can use it. Lock it with a passphrase: aegis lock');
    });
};
