import type { Command } from 'commander';

/**
 * Examples for a command's help. A command with sub-commands hands each of them the lines that are theirs, so that `--help` shows one everywhere.
 * Call it after the sub-commands are there. Words after two spaces are a remark.
 */
export function examples(command: Command, lines: readonly string[]): void {
  command.addHelpText('after', block(lines));
  const path = `aegis ${command.name()}`;
  for (const sub of command.commands) {
    const own = lines.filter(
      (line) => line.startsWith(`${path} ${sub.name()}`) || (sub.name() === 'list' && (line === path || line.startsWith(`${path} -`))),
    );
    sub.addHelpText('after', block(own));
  }
}

function block(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
