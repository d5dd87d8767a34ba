import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { COMMANDS } from '../../src/cli/commands.ts';
import { terminal } from './terminal.ts';

const run = promisify(execFile);

/** What Bash offers at the end of each line, with the script as a person's shell would have read it. */
async function offers(script: string, lines: readonly string[]): Promise<readonly string[]> {
  const ask = `source "$1"; shift
for line in "$@"; do
  read -ra COMP_WORDS <<< "$line"; case "$line" in *' ') COMP_WORDS+=('');; esac
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); __aegis_complete; echo "\${COMPREPLY[*]}"
done`;
  const { stdout } = await run('bash', ['-c', ask, 'bash', script, ...lines]);
  return stdout.replace(/\n$/, '').split('\n');
}

test('[CLI-7] the Bash script completes commands, sub-commands, options and listed values', async (context) => {
  const shell = await terminal(context);
  const printed = await shell.aegis('completion', 'bash');
  assert.equal(printed.code, 0, printed.stderr);
  const script = await shell.write('aegis.bash', printed.stdout);
  const lines = [
    'aegis pol',
    'aegis policy ch',
    'aegis approvals grant --re',
    'aegis hook install cl',
    'aegis halt a',
    'aegis --json policy act',
    'aegis x',
  ];
  assert.deepEqual(await offers(script, lines), ['policy', 'check', '--reason --remember', 'claude-code', 'agent all', 'activate', '']);
  const [all = ''] = await offers(script, ['aegis ']);
  assert.deepEqual(
    all
      .split(' ')
      .filter((word) => word !== '--help' && word !== '--version')
      .toSorted(),
    COMMANDS.map(({ name }) => name).toSorted(),
  );
});

test('[CLI-7] the other scripts name every command, and an unknown shell is refused with those there are', async (context) => {
  const shell = await terminal(context);
  for (const name of ['zsh', 'fish']) {
    const { stdout } = await shell.aegis('completion', name);
    for (const command of COMMANDS) assert.match(stdout, new RegExp(`\\b${command.name}\\b`), `${name}: ${command.name}`);
    await shell.write(join(`aegis.${name}`), stdout);
  }
  const none = await shell.aegis('completion', 'bsh');
  assert.deepEqual([none.code, /Did you mean `bash`/.test(none.stderr)], [2, true]);
});
