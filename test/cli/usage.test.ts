import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { COMMANDS } from '../../src/cli/commands.ts';
import { main } from '../../src/cli/main.ts';

/** Every command there is, by its words, with those of its arguments that must be given. */
async function everyCommand(): Promise<readonly { readonly words: readonly string[]; readonly required: number; readonly group: boolean }[]> {
  const found: { words: readonly string[]; required: number; group: boolean }[] = [];
  for (const { name, load } of COMMANDS) {
    const command = new Command(name);
    (await load())(command);
    const required = (one: Command): number => one.registeredArguments.filter((arg) => arg.required).length;
    found.push({ words: [name], required: required(command), group: command.commands.length > 0 });
    for (const sub of command.commands) found.push({ words: [name, sub.name()], required: required(sub), group: false });
  }
  return found;
}

interface Said {
  readonly code: number;
  readonly out: string;
}

/** Runs one command line in this process; what it writes is kept from the terminal. */
async function said(argv: readonly string[]): Promise<Said> {
  const { stdout, stderr } = process;
  const writes = [stdout.write.bind(stdout), stderr.write.bind(stderr)] as const;
  let out = '';
  const keep = ((text: string | Uint8Array) => {
    out += typeof text === 'string' ? text : new TextDecoder().decode(text);
    return true;
  }) as typeof stdout.write;
  stdout.write = keep;
  stderr.write = () => true;
  try {
    return { code: await main(argv), out };
  } finally {
    [stdout.write, stderr.write] = writes;
  }
}

function errorIn({ out }: Said): { readonly code: string; readonly message: string; readonly hint: string } {
  return (JSON.parse(out.slice(out.indexOf('{'))) as { error: { code: string; message: string; hint: string } }).error;
}

test('[CLI-1, CLI-2] every command refuses an option it has not, and says which it may have been and what to read', async () => {
  for (const { words } of await everyCommand()) {
    const line = words.join(' ');
    const answer = await said([...words, '--hepl', '--json']);
    assert.equal(answer.code, 2, line);
    const { code, message, hint } = errorIn(answer);
    assert.ok(hint.includes(`\`aegis ${line} --help\``), `${line}: ${hint}`);
    // What must be given is missed first.
    if (code === 'MISSING_OPTION') continue;
    assert.deepEqual([code, message.includes("'--hepl'")], ['UNKNOWN_OPTION', true], line);
    assert.ok(hint.includes('Did you mean `--help`?'), `${line}: ${hint}`);
  }
});

test('[CLI-1] every command that needs a word says so when it is not there, and a group names the command that was meant', async () => {
  for (const { words, required, group } of await everyCommand()) {
    const line = words.join(' ');
    if (required > 0) {
      const answer = await said([...words, '--json']);
      assert.equal(answer.code, 2, line);
      assert.ok(['MISSING_ARGUMENT', 'MISSING_OPTION', 'UNKNOWN_OPTION'].includes(errorIn(answer).code), line);
    }
    if (group) {
      const answer = await said([...words, 'sho', '--json']);
      assert.equal(answer.code, 2, line);
      assert.ok(['UNKNOWN_COMMAND', 'UNKNOWN_OPTION'].includes(errorIn(answer).code), line);
    }
  }
});

test('[CLI-1] a mistyped command is found again from every command there is', async () => {
  for (const { name } of COMMANDS) {
    const mistyped = `${name.slice(0, 1)}${name.slice(2, 3)}${name.slice(1, 2)}${name.slice(3)}x`;
    const answer = await said([mistyped, '--json']);
    assert.equal(answer.code, 2, mistyped);
    assert.equal(errorIn(answer).code, 'UNKNOWN_COMMAND', mistyped);
  }
  const { hint } = errorIn(await said(['stauts', '--json']));
  assert.equal(hint, 'Did you mean `aegis status`? See `aegis --help`.');
});
