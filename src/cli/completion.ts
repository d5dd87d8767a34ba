import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Define } from './define.ts';
import { line } from './print.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `aegis completion <shell>`: a script the shell reads at its start. */
export const define: Define = (command) => {
  command
    .addArgument(new Argument('<shell>', 'the shell it is for').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis completion bash >> ~/.bashrc\n  $ aegis completion zsh >> ~/.zshrc                              after compinit\n  $ aegis completion fish > ~/.config/fish/completions/aegis.fish',
    )
    .action((shell: Shell) => line(SCRIPTS[shell](wordsByPath(command.parent ?? command))));
};

/** What may follow each command path: `aegis policy` → `check`, `test`, …, `--help`. */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsByPath(program: Command): Words {
  const found = new Map<string, readonly string[]>();
  const visit = (command: Command, path: string): void => {
    const options = command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));
    const choices = command.registeredArguments.slice(0, 1).flatMap((argument) => argument.argChoices ?? alternatives(argument.name()));
    found.set(path, [...command.commands.map((one) => one.name()), ...choices, ...options, '--help']);
    for (const one of command.commands) visit(one, `${path} ${one.name()}`);
  };
  visit(program, 'aegis');
  return found;
}

/** `<agent|session|all>` names its words itself. */
function alternatives(name: string): readonly string[] {
  return /^[a-z]+(?:\|[a-z]+)+$/.test(name) ? name.split('|') : [];
}

/** A shell function that follows the command words and answers with what may come next. */
function walk(words: Words): string {
  const cases = [...words].map(([path, next]) => `    '${path}') echo '${next.join(' ')}' ;;`).join('\n');
  return `__aegis_words() {
  case "$1" in
${cases}
  esac
}
__aegis_next() {
  local where=aegis word
  for word in "$@"; do
    case "$word" in -*) continue ;; esac
    if [ -n "$(__aegis_words "$where $word")" ]; then where="$where $word"; fi
  done
  __aegis_words "$where"
}`;
}

const SCRIPTS: Readonly<Record<Shell, (words: Words) => string>> = {
  bash: (words) => `${walk(words)}
__aegis_complete() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(__aegis_next "\${COMP_WORDS[@]:1:COMP_CWORD-1}")" -- "$word"))
}
complete -o default -F __aegis_complete aegis`,
  zsh: (words) => `#compdef aegis
${walk(words)}
_aegis() {
  compadd -- \${=$(__aegis_next "\${(@)words[2,CURRENT-1]}")}
}
compdef _aegis aegis`,
  fish: (words) =>
    [...words]
      .map(([path, next]) => {
        const [, ...seen] = path.split(' ');
        const depth = `test (count (string match -v -- '-*' (commandline -opc))) -ge ${String(seen.length + 1)}`;
        const before = seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
        const condition = seen.length === 0 ? '__fish_use_subcommand' : `${before}; and ${depth}`;
        return `complete -c aegis -f -n "${condition}" -a "${next.join(' ')}"`;
      })
      .join('\n'),
};
