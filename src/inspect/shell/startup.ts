import { UNKNOWN } from './call.ts';
import { WORDS } from './setup.ts';

/** Files a shell reads when it starts. */
export const STARTS = /(?:^|\/)\.(?:bashrc|bash_profile|profile|zshrc|zprofile|zshenv)$/;

/** Names whose value other programs run or load, or that say whom an agent talks to. */
const RISKY =
  /^(?:PROMPT_COMMAND|PS\d|BASH_ENV|ENV|LD_\w+|DYLD_\w+|HIST\w*|IFS|SHELLOPTS|BASHOPTS|BASH_FUNC\w*|GIT_\w+|SSH_\w+|SUDO_\w+|LESS\w*|PAGER|MANPAGER|EDITOR|VISUAL|BROWSER|NODE_OPTIONS|PYTHON\w*|PERL5\w*|RUBY\w*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|AEGIS_\w+|\w*_BASE_URL|\w*PROXY|\w*_proxy|GCONV_PATH|ZDOTDIR|CDPATH)$/;
const TOOL = /^\s*eval "?\$\((?:"?[\w$/{}.~-]*\/)?([\w-]{1,40})"?((?: [\w./=@:-]{1,60}){1,6})\)"?\s*$/;
const COMPLETES = /^\s*(?:source|\.) <\([\w.-]{1,40}(?: [\w=-]{1,40}){1,4}\)\s*$/;
const SPEAKS = /^(?:curl|wget|cat|echo|printf|nc|ncat|socat|base64|xxd|python\d*|perl|ruby|node|php|sh|bash|zsh|ssh|dig|env|xargs)$/;

/** A text that only sets plain variables, as manuals have it appended to a shell's start: `export PATH=…`, `eval "$(tool init bash)"`. Linear. */
export function onlySetsUp(text: string): boolean {
  const lines = text.split('\n');
  return text.trim() !== '' && lines.length < 64 && lines.every((line) => /^\s*(?:#.*)?$/.test(line) || sets(line));
}

function sets(line: string): boolean {
  if (line.length > 2_000) return false;
  const tool = TOOL.exec(line);
  if (tool !== null) return !SPEAKS.test(tool[1] ?? '') && (tool[2] ?? '').split(' ').some((word) => WORDS.has(word.replace(/^--?/, '')));
  if (COMPLETES.test(line)) return /completion|complete/.test(line) && !SPEAKS.test(/<\((\S+)/.exec(line)?.[1] ?? '');
  const [, name = '', value = ''] = /^\s*(?:export )?([A-Za-z_]\w*)=([^;|&`()<>]*)$/.exec(line) ?? [];
  if (name === '' || RISKY.test(name)) return false;
  return (
    name !== 'PATH' ||
    value
      .replace(/^["']|["']$/g, '')
      .split(':')
      .every(isOwnFolder)
  );
}

/** A folder of programs nobody else writes to. */
const isOwnFolder = (folder: string): boolean => folder === UNKNOWN || /^(?:\$|~|\/(?!tmp(?:\/|$)|var\/tmp|dev\/shm)|\u0000\/)/.test(folder);
