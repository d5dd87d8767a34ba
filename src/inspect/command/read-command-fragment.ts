import type { Finding } from '../../kernel/finding.ts';
import { found } from '../found.ts';
import { PLAIN_PROGRAMS, WORDY_PROGRAMS } from './programs.ts';

/** Separators looked at in one value; a value with more is no plain value. */
const MOST = 2_000;
const NEXT = /[\s"'`\\^{(@!,+]{0,12}((?:[\w.~$*?{}/\\'"^-]{1,80}[/\\])?[A-Za-z$][\w.$'"\\^{}@-]{0,40})/y;

/**
 * A shell command that breaks out of a plain value: `x; rm -rf /`, `$(id)`, `` `id` ``, `| nc host 1`, `& dir`, `<!--#exec`.
 * Pure, linear: bounded work at each separator (INSPECT-10).
 */
export function readCommandFragment(text: string, pointer: string): Finding[] {
  if (!/[;|&`$\n\r<>{(\\/-]|^['"]|^\s{0,8}netsh\s/i.test(text)) return [];
  const hit = find(text);
  if (hit === undefined) return [];
  const [start, tail] = hit;
  return [
    found({
      detector: 'shell',
      code: 'COMMAND_INJECTION',
      risk: 'HIGH',
      category: 'shell',
      operation: 'execute',
      pointer,
      text: tail,
      span: [start, text.length],
      confidence: 0.85,
    }),
  ];
}

/** Characters of a value that say whether it begins as a command line. */
const HEAD = 300;

const SSI =
  /<!--#exec\s{1,4}cmd|\{\{[^{}]{0,80}(?:popen|system|__class__|__import__)|<\?(?:php)?\s{0,4}(?:echo\s{0,4})?(?:system|exec|shell_exec|passthru|eval)\s{0,4}\(|phpinfo\(\)|phpversion\(\)|\{\$\{|\{\$_(?:GET|POST|REQUEST)|\{\{[^{}]{0,80}(?:__\s{0,4}class|["'](?:\/etc|\/proc|\/root|[A-Z]:\\))|\\(?:033|x1b|u001b|e)\[\d{0,3}[A-HJKST]|\{\{\s{0,4}\d{1,6}\s{0,4}[*+]\s{0,4}['\d]|(?:^|[;(\s'".])(?:system|exec|shell_exec|passthru|popen|proc_open|eval)\s{0,4}\(\s{0,4}['"$]/i;
const SHELLSHOCK = /\(\)\s{0,4}\{\s{0,4}:?\s{0,4};?\s{0,4}\}\s{0,4};/;

function find(text: string): [start: number, tail: string] | undefined {
  const special = SSI.exec(text) ?? SHELLSHOCK.exec(text);
  if (special !== null) return [special.index, text.slice(special.index, special.index + 200)];
  // A command line is told by its head, however often it is said again behind it (INSPECT-148).
  if (bare(text.slice(0, HEAD)) || (text.length <= HEAD && (quoteThenProgram(text) || writesScript(text)))) return [0, text.slice(0, HEAD)];
  let seen = 0;
  for (const match of text.matchAll(/\$\(|\$\{|<\(|>\(|[;|&`\n\r]|\\[nr]|\$[A-Z_@]/g)) {
    seen += 1;
    if (seen > MOST) return [match.index, text.slice(match.index, match.index + 200)];
    if (starts(text, match.index, match[0])) return [match.index, text.slice(match.index, match.index + 200)];
  }
  return undefined;
}

/** `' whoami`: a quote is closed and a program is all that follows. */
function quoteThenProgram(text: string): boolean {
  const name = /^['"]\s{0,4}([a-z]{2,12})\s{0,4}$/i.exec(text)?.[1];
  return name !== undefined && PLAIN_PROGRAMS.has(name.toLowerCase());
}

/** `echo … > x.php`: a program that a server would run is written. */
const writesScript = (text: string): boolean =>
  /^\s{0,8}(?:echo|printf)\s[^>]{0,20}.{0,200}>{1,2}\s{0,4}[\w./\\-]{1,80}\.(?:php\d?|phtml|jspx?|aspx?|sh|py|pl|cgi|bat|ps1)\s{0,4}$/i.test(text);

/** The whole value is a command line: a program no value starts with, then an option, an absolute path or a URL. */
function bare(text: string): boolean {
  const match =
    /^\s{0,8}(?:(?:sudo|doas|nohup|exec)\s{1,4}(?:-[A-Za-z]{1,8}\s{1,4}){0,3})?([a-z][\w.]{0,20})\s{1,4}(?:-{1,2}[A-Za-z]|\/(?:etc|bin|usr|var|tmp|home|root|dev|proc)\b|https?:\/\/|[a-z]:\\)/i.exec(
      text,
    );
  const name = (match?.[1] ?? '').toLowerCase();
  if (WINDOWS_LINE.test(text)) return true;
  return match !== null && (PLAIN_PROGRAMS.has(name) || (name === 'type' && /:\\$/.test(match[0])));
}

/** Programs of Windows with what only a command line has behind them: a switch, a registry key, a variable. */
const WINDOWS_LINE =
  /^\s{0,8}(?:net1?|netsh|reg|sc|ipconfig|schtasks|wmic|cmd|taskkill|icacls|type|del|copy|bcdedit|vssadmin)(?:\.exe)?\s[^\n]{0,200}(?:(?<=\s)\/(?:all|add|delete|del|[a-z]{1,2}|create|active:\w+|domain|grant)\b|HK(?:LM|CU|CR)\\|%[A-Z]{3,20}%)|^\s{0,8}netsh\s+(?:adv)?firewall\s/i;

function starts(text: string, at: number, mark: string): boolean {
  if (mark === '${') return /^\$\{(?:IFS|PATH|HOME|SHELL|@|!|[A-Z_]{2,20}[:#%])/.test(text.slice(at, at + 40));
  if (mark.length === 2 && mark.startsWith('$') && mark !== '$(')
    return /^\$(?:(?:IFS|@)(?![a-z])|(?:PATH|SHELL|HOME)(?=[/:"'\\;|&)]|\s{0,4}$))/.test(text.slice(at, at + 12));
  NEXT.lastIndex = at + mark.length;
  const next = NEXT.exec(text);
  if (next === null) return false;
  // Written out, a line end is two characters, and no part of the name.
  const word = (next[1] ?? '').replace(/(?:\\[nrt])+$/, '');
  const name = (word.split(/[\\/]/).at(-1) ?? '').replace(/['"\\^{}@]|\$[@*]?/g, '').toLowerCase();
  const rest = text.slice(NEXT.lastIndex, NEXT.lastIndex + 80);
  const enclosed = mark === '$(' || mark === '<(' || mark === '>(' || (mark === '`' && rest.includes('`'));
  if (/[nr\n\r]$/.test(mark)) return lineCommand(name, rest, /^\/(?:usr\/)?s?bin\//.test(word));
  if (/^(?:usr\/|\/usr\/)?(?:local\/)?s?bin\/[a-z]/.test(word)) return true;
  if (/^\/(?:bin|usr|sbin|tmp|etc|opt)\/|^[A-Za-z]:\\|^\/\?/.test(word)) return true;
  if (PLAIN_PROGRAMS.has(name)) return enclosed || plainRest(rest, mark);
  if (name === 'net') return /^\s{1,4}(?:user|localgroup|group|share|stop|start|view|use)\b/i.test(rest);
  if (WORDY_PROGRAMS.has(name)) return enclosed || wordyRest(rest);
  return enclosed && /^\s{0,4}[-/$'"`)|;&>]/.test(rest) && name.length > 0 && /^[a-z]/.test(name);
}

/** After a separator: end, another separator, a quote, an option, a path, a host or a number. */
function plainRest(rest: string, mark: string): boolean {
  if (rest === '' || /^(?:\.exe)?\s{0,4}(?:$|[;|&<>`)'"#\r\n}%\\+])/i.test(rest)) return true;
  if (/^(?:\s|\+|\$\{?IFS\}?|%20|%09|<|,)/.test(rest)) return mark !== '&' || /^\s{1,4}[-/.\w$'"\\]/.test(rest);
  return false;
}

function wordyRest(rest: string): boolean {
  return /^\s{0,4}(?:$|[;|&<>`'"#\r\n])|^(?:\s{1,4}|\+|\$\{?IFS\}?|%20)(?:[-/$~.%"'`\\(\d]|[A-Za-z]:[\\/]|\w+[./\\]\w|[A-Za-z0-9_]{1,30}\s{0,2}$)/.test(
    rest,
  );
}

/** A new line starts a sentence far more often than a command: only a bare program or one with an option or a path counts. */
function lineCommand(name: string, rest: string, path: boolean): boolean {
  if (path) return /^\s{0,4}(?:$|['";|&\\])|^\s{1,4}[-/]/.test(rest);
  return PLAIN_PROGRAMS.has(name) && /^\s{0,4}(?:$|[;|&])|^\s{1,4}(?:-{1,2}[a-z]|\/(?:etc|bin|usr|tmp|home|root|var))/i.test(rest);
}
