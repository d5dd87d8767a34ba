import type { Command, Script } from 'unbash';
import { programName } from './words.ts';

/** Words by which programs are told to print their own shell set-up. */
export const WORDS: ReadonlySet<string> = new Set([
  'init',
  'completion',
  'completions',
  'hook',
  'shellenv',
  'activate',
  'shell',
  'alias',
  'shell-init',
  'env',
  'docker-env',
  'podman-env',
  'generate-completion',
  'shell-completion',
  'complete',
  'autocomplete',
  'export',
  'shell.bash',
]);

/** Programs that print nothing else. */
const WHOLE = new Set([
  'ssh-agent',
  'dircolors',
  'gdircolors',
  'lesspipe',
  'lesspipe.sh',
  'resize',
  'tset',
  'keychain',
  'gpg-agent',
  'dbus-launch',
  'thefuck',
  'register-python-argcomplete',
  'gnome-keyring-daemon',
  'path_helper',
]);

/** Programs that print whatever they are told or fetch; a set-up word among their arguments proves nothing. */
const SPEAKERS =
  /^(curl|wget|cat|echo|printf|nc|ncat|socat|base64|xxd|openssl|python.*|perl|ruby|node|php|awk|sed|grep|head|tail|tr|sh|bash|zsh|dash|env|xargs|find|ssh|tee|dig|http|git|sudo|docker|kubectl-exec)$/;

/** true for one plain command that prints its own shell set-up: `eval "$(direnv hook bash)"` is how its manual says to load it. */
export function printsSetUp(script: Script): boolean {
  const [only, more] = script.commands;
  if (only === undefined || more !== undefined || only.command.type !== 'Command') return false;
  return only.command.redirects.every((one) => one.type === 'Redirect') && printsOwnSetUp(only.command);
}

/** The same of one command, wherever its output goes: `npm completion >> ~/.zshrc`. */
export function printsOwnSetUp({ name, args }: Command): boolean {
  if (name === undefined || name.parts !== undefined) return false;
  const bin = programName(name.value);
  if (WHOLE.has(bin)) return true;
  if (SPEAKERS.test(bin) || name.value.startsWith('/tmp') || name.value.startsWith('./')) return false;
  return args.some(
    (arg) =>
      arg.type === 'Word' &&
      (WORDS.has(arg.value.replace(/^--?/, '').split('=')[0] ?? '') || /^--(shell|init|completion|generate)-?\w*=/.test(arg.value)),
  );
}
