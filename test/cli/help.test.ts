import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, type Argument, type Option } from 'commander';
import { COMMANDS } from '../../src/cli/commands.ts';
import { pinned } from '../pins/pinned.ts';

interface Page {
  readonly path: string;
  readonly summary: string;
  readonly args: readonly Argument[];
  readonly options: readonly Option[];
  readonly examples: readonly string[];
  readonly group: boolean;
}

async function pages(): Promise<readonly Page[]> {
  const found: Page[] = [];
  for (const { name, summary, load } of COMMANDS) {
    const command = new Command(name).description(summary);
    (await load())(command);
    for (const one of [command, ...command.commands]) found.push(page(one, one === command ? name : `${name} ${one.name()}`, one === command));
  }
  return found;
}

function page(command: Command, path: string, top: boolean): Page {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  const examples = help.split('\n').flatMap((line) => (line.startsWith('  $ ') ? [line.slice(4)] : []));
  return {
    path: `aegis ${path}`,
    summary: command.description(),
    args: command.registeredArguments,
    options: command.options,
    examples,
    group: top && command.commands.length > 0,
  };
}

test('every command says what it is for, explains its options and shows an example of itself', async () => {
  for (const { path, summary, examples, options } of await pages()) {
    assert.notEqual(summary, '', path);
    assert.ok(examples.length > 0, `${path} has no example`);
    assert.ok(
      examples.every((line) => line.startsWith(path) || path.endsWith(' list')),
      `${path}: ${examples.join(' | ')}`,
    );
    for (const { flags, description } of options) assert.notEqual(description, '', `${path} ${flags}`);
  }
});

test('every command but the streams, the daemon and what is typed at a terminal has --json', async () => {
  const without = (await pages()).filter(({ group, options }) => !group && !options.some(({ long }) => long === '--json')).map(({ path }) => path);
  // An export and a receipt are JSON already, and so is what the MCP proxy says on standard output; a reset is for no script (AUTH-13).
  assert.deepEqual(without, ['aegis operators reset-admin', 'aegis log export', 'aegis mcp serve', 'aegis completion']);
});

test('docs/reference/cli.md is the commands’ own help', async () => {
  const sections = (await pages()).map(section);
  pinned(
    'docs/reference/cli.md',
    `# Command line

Made from the commands’ own help. \`npx aegis …\` in the clone; \`--help\` works everywhere.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | what was checked does not hold: a log that does not verify, a policy with faults, a demo that differed |
| 2 | wrong usage |
| 3 | Aegis cannot be reached, or its gate is closed |
| 4 | the key is missing, wrong, or its role may not do this |
| 5 | no such thing, or its state does not allow this |

With \`--json\` a failure is \`{"error": {"code", "message", "hint"}}\` on standard output. Wrong usage has the codes UNKNOWN_COMMAND, UNKNOWN_OPTION, MISSING_ARGUMENT,
MISSING_OPTION, MISSING_VALUE, INVALID_VALUE, TOO_MANY_ARGUMENTS, NO_COMMAND and USAGE; the hint names the nearest word and the help to read. Colour goes to terminals only. Characters a terminal would obey or hide are
spelled out. \`AEGIS_URL\` and \`AEGIS_KEY\` win over what \`aegis login\` remembered.

${sections.join('\n')}`,
  );
});

function section({ path, summary, args, options, examples, group }: Page): string {
  const words = args.map((arg) => (arg.required ? `<${arg.name()}>` : `[${arg.name()}]`)).join(' ');
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = [
    ...args.map((arg) => [words.includes(`<${arg.name()}>`) ? `<${arg.name()}>` : `[${arg.name()}]`, arg.description] as const),
    ...options.map(({ flags, description, defaultValue, argChoices, negate, mandatory }) => {
      const value: unknown = defaultValue;
      const shown = value === undefined || negate || typeof value === 'boolean' || String(value).startsWith('/') ? '' : ` (default ${String(value)})`;
      return [
        flags,
        `${mandatory ? '(required) ' : ''}${description}${argChoices === undefined ? '' : `: ${argChoices.join(', ')}`}${shown}`,
      ] as const;
    }),
  ].filter(([, text]) => text !== '');
  const table =
    rows.length === 0 || group ? '' : `| | |\n|---|---|\n${rows.map(([flags, text]) => `| \`${cell(flags)}\` | ${cell(text)} |`).join('\n')}\n\n`;
  return `${group || !path.slice(6).includes(' ') ? '##' : '###'} ${path}${words === '' ? '' : ` ${words}`}\n\n${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.\n\n${table}${group ? '' : `\`\`\`\n${examples.join('\n')}\n\`\`\`\n`}`;
}
