import { loadCredentials, savedCredentials } from './credentials.ts';
import type { Define } from './define.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import { json, line } from './print.ts';
import { publishedKey } from './published-key.ts';
import { whoListens } from './connection.ts';

/** `aegis identity [show|rotate]`: the key the daemon signs its answers with. */
export const define: Define = (command) => {
  command
    .command('show', { isDefault: true })
    .description('show the daemon’s answer key, and whether it is the one saved at login')
    .option('--json', 'print JSON')
    .action(show);
  command
    .command('rotate')
    .description('make a new answer key; a running daemon uses it from its next start')
    .option('--data <folder>', 'folder of the store')
    .option('--json', 'print JSON')
    .action(rotate);
  examples(command, ['aegis identity', 'aegis identity show --json', 'aegis identity rotate --data /var/lib/aegis']);
};

async function show(options: { json?: true }): Promise<void> {
  const { url } = loadCredentials();
  const published = await publishedKey(url);
  if (published === null)
    throw new CliError(EXIT.unavailable, 'UNREACHABLE', `Aegis does not answer at ${url}.`, 'Start it with `aegis up`, or set AEGIS_URL.');
  const saved = savedCredentials();
  const kept = saved?.url === url ? saved.answerKey : undefined;
  if (kept !== undefined && kept !== published.answerKey)
    throw new CliError(
      EXIT.failed,
      'NOT_AEGIS',
      `The answer key at ${url} is ${published.answerKey}; the one saved at login is ${kept}.`,
      whoListens(url),
    );
  if (options.json === true) return json({ url, ...published, kept: kept !== undefined });
  line(published.answerKey);
  line(kept === undefined ? 'It is not kept here yet: log in again, or set AEGIS_ANSWER_KEY.' : 'It is the one kept at login.');
}

async function rotate(options: { data?: string; json?: true }): Promise<void> {
  const [{ replaceAnswerKey }, { loadConfig }, { flagsOf }] = await Promise.all([
    import('../daemon/answer-key.ts'),
    import('../config/load.ts'),
    import('./flags.ts'),
  ]);
  const config = await loadConfig({ env: process.env, flags: flagsOf(options), cwd: process.cwd() });
  const { previous, next } = replaceAnswerKey(config.dataDir);
  if (options.json === true) return json({ previous, next });
  line(`The new answer key is ${next}. Restart the daemon to use it.`);
  line('Then log in again, run `aegis hook pin`, and set AEGIS_ANSWER_KEY where agents have it.');
}
