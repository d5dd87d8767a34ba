#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { AegisError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { COMMANDS } from './commands.ts';
import { CliError, EXIT } from './exit.ts';
import { pathOf, requirePresence } from './presence.ts';
import { json, note, visible } from './print.ts';
import { starterGone } from './stopped.ts';
import { unknownHelp, usageError, withHelp } from './usage.ts';

/** `aegis …`: parses, loads only the command that was asked for, and turns every failure into words, a next step and an exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('aegis')
    .description('Decide, record and prove what AI agents do.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    // Wrong usage is reported below, like every other failure.
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .addHelpText('after', EXAMPLES);
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).description(summary).helpOption('-h, --help').exitOverride();
    // Only the command that was asked for is imported; the others are a name and a sentence. Completion has to know all of them.
    if (name === (argv[0] === 'help' ? argv[1] : argv[0]) || argv[0] === 'completion') (await load())(command);
  }
  program.hook('preAction', (_program, action) => requirePresence(pathOf(action)));
  try {
    const lost = unknownHelp(program, argv);
    if (lost !== null) throw lost;
    await program.parseAsync([...argv], { from: 'user' });
    return process.exitCode === undefined ? EXIT.ok : Number(process.exitCode);
  } catch (error) {
    // What stands behind `--` belongs to another program.
    const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
    return report(inWords(error, program, own), own.includes('--json'));
  }
}

const EXAMPLES = `
Examples:
  $ aegis up                                   run Aegis here
  $ aegis demo                                 watch Aegis work, offline
  $ aegis agents add support-bot               register an agent and print its key
  $ aegis approvals                            list what waits for a person
  $ aegis log verify                           verify every entry of the log

Exit codes: 0 done · 1 what was checked does not hold · 2 wrong usage · 3 Aegis cannot be reached · 4 key missing or not allowed · 5 not found, or not possible now`;

function inWords(error: unknown, program: Command, argv: readonly string[]): unknown {
  if (error instanceof CliError) return withHelp(error, program, argv);
  return error instanceof CommanderError && error.exitCode !== 0 ? usageError(error, program, argv) : error;
}

function report(error: unknown, asJson: boolean): number {
  if (error instanceof CommanderError) return EXIT.ok;
  const known = error instanceof CliError || error instanceof AegisError;
  const message = error instanceof Error ? error.message : String(error);
  const hint = known ? error.hint : 'This is a bug in Aegis. Please report it with the command you ran.';
  const code = known ? error.code : 'INTERNAL';
  if (asJson) json({ error: { code, message, hint } });
  else note(`aegis: ${message.split('\n').map(visible).join('\n')}${hint === '' ? '' : `\n  → ${visible(hint)}`}`);
  return error instanceof CliError ? error.exitCode : exitOf(error);
}

const WRONG_USAGE: ReadonlySet<string> = new Set(['CONFIG_INVALID', 'FOLDER_UNUSABLE', 'STORE_UNREADABLE']);

/** Errors the daemon's own parts throw at start-up. */
function exitOf(error: unknown): number {
  return error instanceof AegisError && WRONG_USAGE.has(error.code) ? EXIT.usage : EXIT.failed;
}

/** Commands that go on when nobody reads them any more. */
const LASTING: ReadonlySet<string | undefined> = new Set(['up', 'proxy', 'mcp', 'run']);

/** A reader may leave early (`aegis actions | head`). That ends a command as it ends any other program, and is no error of ours. */
function endQuietly(command: string | undefined): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // 128 + SIGPIPE: what was cut short has not said that all is well.
    if (!LASTING.has(command)) process.exit(141);
  });
}

if (import.meta.main) {
  endQuietly(process.argv[2]);
  // The lasting ones end in order, once they are up.
  if (!LASTING.has(process.argv[2])) starterGone(() => process.exit(1));
  process.exitCode = await main(process.argv.slice(2));
}
