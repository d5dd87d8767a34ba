import { offerLock } from './lock.ts';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Define } from './define.ts';
import { checkFolder, policyFile, readText } from './files.ts';
import { frameworksIn } from './init/frameworks.ts';
import { harnessesFound } from './init/harnesses-found.ts';
import { serversFound } from './init/mcp-clients.ts';
import { showWiring, wire } from './init/wire.ts';
import type { Wiring } from './init/wire.ts';
import { carryOut } from './install/change.ts';
import { json, line, tone } from './print.ts';

/** `aegis init`: writes what is missing, wires what is installed, and shows one line of code; `aegis uninstall` takes all of it back. */
export const define: Define = (command) => {
  command
    .argument('[folder]', 'where', '.')
    .option('--yes', 'make the changes; without it, only show them')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis init            show what would be done\n  $ aegis init --yes      do it')
    .action((folder: string, options: { yes?: true; json?: true }) => init(resolve(folder), options));
};

async function init(folder: string, options: { yes?: true; json?: true }): Promise<void> {
  checkFolder(folder, 'The folder', 'Name the folder of your project.');
  const yes = options.yes === true;
  const files = planned(folder).filter(({ path }) => !existsSync(path));
  const snippets = frameworksIn(folder);
  const found: Wiring = { harnesses: harnessesFound(folder), servers: serversFound(folder) };
  const any = found.harnesses.length + found.servers.length > 0;
  if (yes && files.length > 0) write(folder, files);
  const wired = any ? await wire(found, yes) : null;
  if (options.json === true)
    return json({ written: yes, files: files.map(({ path }) => path), snippets, ...(wired === null ? {} : { wiring: wired }) });
  for (const { path } of files) line(`${yes ? tone('good', 'wrote') : 'would write'} ${path}`);
  if (files.length === 0) line('Nothing to write: aegis.yaml and policy.yaml are already here.');
  if (wired !== null) showWiring(wired, yes);
  if (yes) offerLock();
  for (const { framework, where, code, install } of snippets) line(`\n${tone('bold', framework)}\n\n  ${install}\n\nand ${where}:\n\n${code}`);
  if (snippets.length === 0) line('\nNo agent framework found in package.json. Over HTTP: docs/how-to/connect-over-http.md');
  if (yes && files.length > 0) line('\nNext: `aegis up` in this folder.');
  if (!yes && (files.length > 0 || any)) line(`\nRun \`aegis init --yes\` to ${any ? 'do it; `aegis uninstall` takes it back' : 'write'}.`);
}

function write(folder: string, files: ReturnType<typeof planned>): void {
  const name = createHash('sha256')
    .update(files.map(({ path }) => path).join('\n'))
    .digest('hex')
    .slice(0, 12);
  const each = files.map(({ path, text }) => ({ path, whole: text }));
  carryOut({ id: `init-${name}`, kind: 'init', label: `init in ${folder}`, detail: { folder } }, each);
}

function planned(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: join(folder, 'policy.yaml'), text: readText(policyFile('default')) },
    { path: join(folder, 'aegis.yaml'), text: '# See docs/how-to/configure.md; unknown keys are errors.\npolicy: ./policy.yaml\n' },
  ];
}
