import { Argument, Option } from 'commander';
import { HARNESSES } from '../intercept/hook/harness.ts';
import type { HarnessName } from '../intercept/hook/harness.ts';
import type { Define } from './define.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import type { InstallTerms } from './hook/install.ts';
import { undo } from './install/change.ts';
import { installations, ownFolder } from './install/ledger.ts';
import { whole } from './numbers.ts';
import { json, line, table, visible } from './print.ts';

interface Options {
  readonly user?: true;
  readonly project?: true;
  readonly agent?: string;
  readonly handler?: 'http' | 'command';
  readonly blocking?: true;
  readonly onUnavailable?: InstallTerms['onUnavailable'];
  readonly ask?: InstallTerms['ask'];
  readonly autoApprove?: true;
  readonly wait?: number;
  readonly rotate?: true;
  readonly json?: true;
}

const harnessArgument = (required: boolean) => new Argument(required ? '<harness>' : '[harness]', 'the coding agent').choices(HARNESSES);

/** `aegis hook install|status|uninstall`. */
export const define: Define = (command) => {
  command
    .command('install')
    .description('have every tool call of a coding agent decided; its other hooks stay')
    .addArgument(harnessArgument(true))
    .option('--user', 'for everything this user does (default)')
    .option('--project', 'for this folder only')
    .option('--blocking', 'use what the harness has against a hook that fails: onFailure of Claude Code 2.1.295, failClosed of Cursor')
    .option('--agent <name>', 'agent to register (default: the harness’s name)')
    .option('--rotate', 'replace the key of an agent that is registered already')
    .addOption(new Option('--handler <kind>', 'Claude Code only: how it asks (default: http)').choices(['http', 'command']))
    .addOption(
      new Option('--on-unavailable <mode>', 'what runs while Aegis is away; needs the command handler (default: deny)').choices([
        'deny',
        'allow_readonly',
        'allow',
      ]),
    )
    .addOption(new Option('--ask <whom>', 'who is asked where both could be (default: harness)').choices(['harness', 'aegis']))
    .option('--auto-approve', 'what Aegis allows skips the harness’s own permission prompt')
    .option('--wait <seconds>', 'how long a call is held for a person (default: 60)', whole(0, 550))
    .option('--json', 'print JSON')
    .action(install);
  command
    .command('status', { isDefault: true })
    .description('what is installed where, and what it holds')
    .option('--json', 'print JSON')
    .action(status);
  command
    .command('uninstall')
    .description('put the settings back, byte for byte')
    .addArgument(harnessArgument(false))
    .option('--user', 'only the one for this user')
    .option('--project', 'only the one for this folder')
    .option('--json', 'print JSON')
    .action(uninstall);
  examples(command, [
    'aegis hook install claude-code --blocking',
    'aegis hook install codex --project --on-unavailable allow_readonly',
    'aegis hook status',
    'aegis hook uninstall claude-code',
  ]);
};

async function install(harness: HarnessName, options: Options): Promise<void> {
  if (options.user === true && options.project === true)
    throw new CliError(EXIT.usage, 'USAGE', '--user and --project exclude each other.', 'Install twice to have both.');
  const { onUnavailable = 'deny', ask = 'harness', wait = harness === 'cursor' ? 20 : 60 } = options;
  const handler = options.handler ?? (harness === 'claude-code' && onUnavailable === 'deny' ? 'http' : 'command');
  if (handler === 'http' && harness !== 'claude-code')
    throw new CliError(EXIT.usage, 'USAGE', `${harness} has no http handler that could be refused by.`, 'Leave --handler out.');
  if (handler === 'http' && onUnavailable !== 'deny')
    throw new CliError(
      EXIT.usage,
      'USAGE',
      'With the http handler nothing of Aegis runs while it is away.',
      'Use --handler command with --on-unavailable.',
    );
  const { installHook } = await import('./hook/install.ts');
  const { installation, notes } = await installHook(
    {
      harness,
      scope: options.project === true ? 'project' : 'user',
      agent: options.agent ?? harness,
      handler,
      blocking: options.blocking === true,
      onUnavailable,
      ask,
      autoApprove: options.autoApprove === true,
      waitSeconds: wait,
      rotate: options.rotate === true,
    },
    process.cwd(),
  );
  const { path = '', agent = '' } = installation.detail;
  if (options.json === true) return json({ id: installation.id, path, agent, handler, notes });
  line(`Installed into ${visible(path)}; calls are decided as the agent ${visible(agent)}.`);
  for (const note of notes) line(`  ${note}`);
  if (handler === 'http' && options.blocking !== true)
    line('  While Aegis is away Claude Code runs tools undecided. --blocking stops them (Claude Code 2.1.295 or newer).');
  if (handler === 'http' && options.project === true) line('  The file holds a key: keep it out of version control.');
  line('Restart the agent, then see that it holds: aegis doctor');
}

async function status(options: { json?: true }): Promise<void> {
  const { hookStatus } = await import('./hook/status.ts');
  const rows = hookStatus();
  if (options.json === true) return json(rows);
  if (rows.length === 0) return line('No hook is installed. Install one: aegis hook install claude-code');
  line(
    table(
      ['harness', 'scope', 'handler', 'state', 'label', 'when it fails', 'file'],
      rows.map((row) => [row.harness, row.scope, row.handler, row.state, row.label, row.fails, row.path]),
    ),
  );
}

function uninstall(harness: HarnessName | undefined, options: Options): void {
  const scopes = options.user === true ? ['user'] : options.project === true ? ['project'] : ['user', 'project'];
  const mine = installations().filter(({ kind, detail }) => {
    const { scope = '', folder = '' } = detail;
    return (
      kind === 'hook' &&
      (harness === undefined || detail['harness'] === harness) &&
      scopes.includes(scope) &&
      (scope === 'user' || folder === process.cwd())
    );
  });
  const done = mine
    .toReversed()
    .flatMap(({ id, label }) => undo(id).flatMap(({ path, how }) => (path.startsWith(ownFolder()) ? [] : [{ label, path, how }])));
  if (options.json === true) return json(done);
  if (done.length === 0) return line('Nothing to uninstall here. `aegis hook status` shows what is installed where.');
  for (const { path, how } of done) line(`${how.padEnd(8)} ${visible(path)}`);
}
