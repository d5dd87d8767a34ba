import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Define } from './commands.ts';
import { CliError, EXIT } from './exit.ts';
import { HOME, policyFile, readText } from './files.ts';
import { json, line, tone } from './print.ts';

interface Snippet {
  readonly framework: string;
  /** The command that puts the SDK into the project. */
  readonly install: string;
  readonly where: string;
  readonly code: string;
}

const AUTO = "import { auto } from '@aegis/sdk';\nauto();";

/** Package name → what to write for it. Order is the order shown. */
const FRAMEWORKS: readonly (readonly [pkg: string, framework: string])[] = [
  ['@langchain/langgraph', 'LangGraph'],
  ['@langchain/core', 'LangChain'],
  ['@openai/agents', 'OpenAI Agents'],
  ['ai', 'Vercel AI SDK'],
  ['openai', 'OpenAI'],
  ['@anthropic-ai/sdk', 'Anthropic'],
  ['@modelcontextprotocol/client', 'MCP client'],
  ['@modelcontextprotocol/sdk', 'MCP client'],
];

/** `aegis init`: writes what is missing, never what is there, and shows one line of code. */
export const define: Define = (command) => {
  command
    .argument('[folder]', 'where', '.')
    .option('--yes', 'write without asking; without it, only what would be written is shown')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis init            show what would be written\n  $ aegis init --yes      write it')
    .action((folder: string, options: { yes?: true; json?: true }) => {
      if (!existsSync(resolve(folder)))
        throw new CliError(EXIT.usage, 'NO_FOLDER', `There is no folder ${resolve(folder)}.`, 'Name the folder of your project.');
      const files = planned(resolve(folder)).filter(({ path }) => !existsSync(path));
      const snippets = detected(resolve(folder));
      if (options.yes === true) for (const { path, text } of files) writeFileSync(path, text, { flag: 'wx' });
      if (options.json === true) return json({ written: options.yes === true, files: files.map(({ path }) => path), snippets });
      for (const { path } of files) line(`${options.yes === true ? tone('good', 'wrote') : 'would write'} ${path}`);
      if (files.length === 0) line('Nothing to write: aegis.yaml and policy.yaml are already here.');
      for (const { framework, where, code, install } of snippets) line(`\n${tone('bold', framework)}\n\n  ${install}\n\nand ${where}:\n\n${code}`);
      if (snippets.length === 0) line('\nNo agent framework found in package.json. Over HTTP: docs/how-to/connect-over-http.md');
      if (options.yes === true && files.length > 0) line('\nNext: `aegis up` in this folder.');
      if (options.yes !== true && files.length > 0) line('\nRun `aegis init --yes` to write.');
    });
};

function planned(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: join(folder, 'policy.yaml'), text: readText(policyFile('default')) },
    { path: join(folder, 'aegis.yaml'), text: '# See docs/how-to/configure.md; unknown keys are errors.\npolicy: ./policy.yaml\n' },
  ];
}

function detected(folder: string): readonly Snippet[] {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return [];
  const present = dependencies(path);
  const found = FRAMEWORKS.filter(([pkg]) => Object.hasOwn(present, pkg)).map(([, framework]) => framework);
  return found.length === 0
    ? []
    : [
        {
          framework: [...new Set(found)].join(', '),
          install: `npm install ${join(HOME, 'sdk/typescript')}`,
          where: 'before the first call of your program',
          code: AUTO,
        },
      ];
}

function dependencies(path: string): Readonly<Record<string, unknown>> {
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { dependencies?: object; devDependencies?: object };
    return { ...manifest.devDependencies, ...manifest.dependencies };
  } catch {
    throw new CliError(EXIT.usage, 'BAD_PACKAGE_JSON', `Cannot read ${path} as JSON.`, 'Mend it and run `aegis init` again; nothing was written.');
  }
}
