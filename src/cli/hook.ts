import { Argument, Option } from 'commander';
import type { Harness } from '../intercept/hook/harness/harness.ts';
import { HARNESSES, harnessOf } from '../intercept/hook/harness/harnesses.ts';
import type { Define } from './define.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import { HOOK_MODES, installTerms } from './hook/terms.ts';
import type { InstallOptions, InstallTerms } from './hook/terms.ts';
import { undo } from './install/change.ts';
import { installations, ownFolder } from './install/ledger.ts';
import { whole } from './numbers.ts';
import { json, line, visible } from './print.ts';
import { table } from './screen/table.ts';

type Printed = { readonly json?: true };

const harnessArgument = (required: boolean) =>
  new Argument(required ? '<harness>' : '[harness]', 'the coding agent').choices(HARNESSES.map(({ name }) => name));

/** `onFailure of Claude Code 2.1.295, failClosed of Cursor`. */
const blockingSettings = (): string =>
  HARNESSES.flatMap(({ title, settings: { blocking } }) =>
    blocking === undefined ? [] : [`${blocking.setting} of ${title}${blocking.since === undefined ? '' : ` ${blocking.since}`}`],
  ).join(', ');

const titlesWithHttp = (): string =>
  HARNESSES.filter(({ settings }) => settings.handlers.includes('http'))
    .map(({ title }) => title)
    .join(', ');

/** `aegis hook install|status|uninstall`. */
export const define: Define = (command) => {
  command
    .command('install')
    .description('check every tool call of a coding agent before it runs; other hooks stay installed')
    .addArgument(harnessArgument(true))
    .option('--user', 'for all projects of this user (default)')
    .option('--project', 'for this folder only')
    .option('--blocking', `also block when the hook itself fails: ${blockingSettings()}`)
    .option('--agent <name>', 'agent to register (default: the harness’s name)')
    .option('--rotate', 'give an agent that is registered already a new key')
    .addOption(new Option('--handler <kind>', `${titlesWithHttp()} only: how it asks (default: command)`).choices(['http', 'command']))
    .addOption(new Option('--on-unavailable <mode>', 'what runs while Aegis is away; needs the command handler (default: deny)').choices(HOOK_MODES))
    .addOption(
      new Option('--ask <whom>', 'who decides if both could: the coding agent’s user or Aegis (default: harness)').choices(['harness', 'aegis']),
    )
    .option('--auto-approve', 'calls that Aegis allows skip the coding agent’s own permission prompt')
    .option('--wait <seconds>', 'how long a call waits for a person (default: 60)', whole(0, 550))
    .option('--json', 'print JSON')
    .action(install);
  command
    .command('status', { isDefault: true })
    .description('show which hooks are installed and whether they work')
    .option('--json', 'print JSON')
    .action(status);
  command
    .command('pin')
    .description('give installed hooks the daemon’s answer key after it was changed')
    .addArgument(harnessArgument(false))
    .option('--answer-key <key>', 'the key `aegis identity` prints; needed without the local socket')
    .option('--json', 'print JSON')
    .action(pin);
  command
    .command('uninstall')
    .description('restore the settings, byte for byte')
    .addArgument(harnessArgument(false))
    .option('--user', 'only the one for this user')
    .option('--project', 'only the one for this folder')
    .option('--json', 'print JSON')
    .action(uninstall);
  examples(command, [
    'aegis hook install claude-code --blocking',
    'aegis hook install codex --project --on-unavailable allow_readonly',
    'aegis hook status',
    'aegis hook pin',
    'aegis hook uninstall claude-code',
  ]);
};

async function install(name: string, options: InstallOptions & Printed): Promise<void> {
  const harness = harnessOf(name);
  if (harness === undefined) throw new Error(`commander let ${name} through`);
  const terms = installTerms(harness, options);
  const { installHook } = await import('./hook/install.ts');
  const { installation, notes } = await installHook(terms, process.cwd());
  const { path = '', agent = '' } = installation.detail;
  if (options.json === true) return json({ id: installation.id, path, agent, handler: terms.handler, notes });
  line(`Installed into ${visible(path)}; calls are checked as the agent ${visible(agent)}.`);
  for (const note of [...notes, ...httpNotes(harness, terms)]) line(`  ${note}`);
  line('Restart the agent, then check that it works: aegis doctor');
  const { offerLock } = await import('./lock.ts');
  offerLock();
}

function httpNotes({ title, settings: { blocking } }: Harness, terms: InstallTerms): readonly string[] {
  if (terms.handler !== 'http') return [];
  const since = blocking === undefined || terms.blocking ? null : `${title} ${blocking.since ?? ''}`.trim();
  return [
    ...(since === null ? [] : [`While Aegis is away ${title} runs tools undecided. --blocking stops them (${since} or newer).`]),
    ...(terms.scope === 'project' ? ['The file holds a key: keep it out of version control.'] : []),
  ];
}

async function pin(harness: string | undefined, options: { readonly answerKey?: string } & Printed): Promise<void> {
  const { pinHooks } = await import('./hook/pin.ts');
  const { answerKeyOf } = await import('../wire/answer-proof.ts');
  if (options.answerKey !== undefined && answerKeyOf(options.answerKey) === null)
    throw new CliError(
      EXIT.usage,
      'USAGE',
      `\`${options.answerKey}\` is not an answer key.`,
      'Copy it from `aegis identity`: 43 letters, digits, - and _.',
    );
  const pinned = await pinHooks(harness, options.answerKey);
  if (options.json === true) return json(pinned);
  if (pinned.length === 0) return line('No hook is installed. Install one: aegis hook install claude-code');
  for (const { label, answerKey } of pinned) line(`${visible(label)} accepts answers signed with ${answerKey}.`);
}

async function status(options: Printed): Promise<void> {
  const { hookStatus } = await import('./hook/status.ts');
  const rows = await hookStatus();
  if (options.json === true) return json(rows);
  if (rows.length === 0) return line('No hook is installed. Install one: aegis hook install claude-code');
  line(
    table(
      ['harness', 'scope', 'handler', 'state', 'answers', 'label', 'when it fails', 'file'],
      rows.map((row) => [row.harness, row.scope, row.handler, row.state, row.answers, row.label, row.fails, row.path]),
    ),
  );
  if (rows.some(({ answers }) => answers === 'mismatch'))
    line(
      'mismatch: the daemon answers with another key than these hooks know. If it was changed, `aegis hook pin`; if not, see who listens on the port.',
    );
  if (rows.some(({ answers }) => answers === 'unpinned'))
    line('unpinned: over HTTP these hooks refuse every call. Give them the daemon’s key: `aegis hook pin`.');
}

function uninstall(harness: string | undefined, options: Pick<InstallOptions, 'user' | 'project'> & Printed): void {
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
