import type { Language, Seen } from './call.ts';
import { UNKNOWN, harm } from './call.ts';
import { withConstants } from './constants.ts';
import { readCell } from '../code/python/cells.ts';
import { readProgram } from '../code/read-program.ts';
import { readCmd } from '../windows/cmd.ts';
import { readPowerShell } from '../windows/powershell.ts';
import { take } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { deeds } from './deeds.ts';
import { listedAndDeleted } from './globbed.ts';
import { strings } from './literals.ts';

/** Calls by which a program in each language starts another program; the first string after it is the command. */
const RUNS: Readonly<Record<Language, RegExp>> = {
  python:
    /\b(?:os\s*\.\s*(?:system|popen\d?|exec[lv]p?e?|spawn[lv]p?e?|posix_spawn)|subprocess\s*\.\s*\w+|commands\s*\.\s*getoutput|pty\s*\.\s*spawn|getattr\s*\(\s*os|platform\s*\.\s*popen|Popen|check_output|check_call)\s*\(/g,
  node: /\b(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork|\$)\s*[(`]/g,
  perl: /\b(?:system|exec|qx|open|popen)\b\s*[({"'/]?|`/g,
  ruby: /\b(?:system|exec|spawn|popen\d?|Open3\.\w+|IO\.popen|Kernel\.\w+)\b\s*\(?|do shell script|`|%x/g,
  php: /\b(?:system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\(|`/g,
  lua: /\b(?:os\.execute|io\.popen|exec|spawn|system)\b\s*\(?/g,
  r: /\b(?:system2?|shell|pipe)\s*\(/g,
  awk: /\bsystem\s*\(|\|\s*getline|\|&?\s*"/g,
  powershell: /(?!)/g,
  cmd: /(?!)/g,
};

/** Calls that delete or overwrite; the string after it is a path. */
const DELETES =
  /\b(?:shutil\s*\.\s*rmtree|rmtree|rm_rf|rm_r|remove_entry_secure|remove_dir_all|rimraf(?:\.sync)?|rmSync|rmdirSync|fs\s*\.\s*(?:promises\s*\.\s*)?(?:rm|rmdir)|FileUtils\.rm_?r?f?|removedirs|delTree|Remove-Item)\s*\(?/g;
const UNLINKS =
  /\b(?:os\s*\.\s*(?:remove|unlink|rmdir|truncate)|unlinkSync|unlink|File\s*\.\s*(?:delete|unlink)|FileUtils\s*\.\s*rm|Path\s*\([^)]*\)\s*\.\s*unlink|os\.remove|file\.remove)\s*\(?/g;
const WRITES =
  /\b(?:open|writeFile|writeFileSync|appendFileSync|appendFile|file_put_contents|File\s*\.\s*(?:write|open)|shutil\s*\.\s*(?:copy\w*|move))\s*\(/g;

/** Text that is decoded and then run, whatever the language calls it. */
const EVALS =
  /\b(?:exec|eval|compile|Function|instance_eval|class_eval|loadstring|load|assert|Invoke-Expression|iex|runInThisContext|runInNewContext|marshal\s*\.\s*loads|pickle\s*\.\s*loads)\s*[( ]/i;
const DECODES =
  /\b(?:b64decode|decode_base64|base64|frombase64string|atob|unhexlify|fromhex|a85decode|b32decode|decompress|codecs\s*\.\s*decode|rot_?13|unpack|decode64|base64_decode|str_rot13|gzinflate|gzuncompress|urllib|urlopen|requests\s*\.\s*get|DownloadString|file_get_contents\s*\(\s*['"]https?|Net::HTTP|fetch\s*\(|Buffer\.from\([^)]*(?:base64|hex)|marshal|zlib|__import__|chr\s*\()/i;

const SOCKET =
  /\bsocket\b|\bTCPSocket\b|\bfsockopen\b|\bnet\s*\.\s*(?:connect|Socket|createConnection)\b|\bIO::Socket\b|\bSocket\b|net\.sock|TCPClient|\/inet\/tcp/;
const HANDS_OVER = /\bdup2\b|\bpty\s*\.\s*spawn\b|\b(?:subprocess|system|exec[lv]?\w*|spawn|proc_open|popen|getline)\b/i;
const SHELLS = /\/bin\/(?:ba|z|da|k)?sh\b|\bcmd\.exe\b|["'](?:ba|z|da)?sh["']|\bsh\s+-i\b|getline/;

const LOSES_DATA =
  /\.\s{0,8}(?:delete_all|destroy_all|truncate_all)\b|\.\s{0,8}(?:deleteIndex|clearObjects|clearIndex|deleteBy|dropDatabase|dropCollection|truncate_all|flushall|flushdb|deleteMany)\s*\(|(?:^|[^\w])[\w$]{0,40}(?:gateway|client|customer|subscription|merchant|payment)[\w$.]{0,60}\.\s{0,8}(?:delete|destroy|cancel)\s*\(/i;

const FAR = 400;
/** Languages whose calls and assignments look like Python's or JavaScript's. */
const PROGRAMMED: ReadonlySet<Language> = new Set(['python', 'node', 'ruby', 'php', 'lua', 'perl']);

/** What code given to an interpreter would start, delete or hide. Linear; structure by call names and the literals that follow them. */
export function readCode(language: Language, text: string, steps: Steps): readonly Seen[] {
  if (text === UNKNOWN || !take(steps, text.length)) return [harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
  if (language === 'powershell') return readPowerShell(text);
  if (language === 'cmd') return readCmd(text);
  const seen: Seen[] = [];
  if (SOCKET.test(text) && HANDS_OVER.test(text) && SHELLS.test(text)) seen.push(harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }));
  if (LOSES_DATA.test(text)) seen.push(harm('CODE_DATA_DELETE', 'HIGH', { operation: 'delete' }));
  if (language === 'python' || language === 'node') {
    seen.push(...deeds(text));
    const { code, seen: magic } = language === 'python' ? readCell(text) : { code: text, seen: [] };
    const read = readProgram(language === 'python' ? 'python' : 'javascript', code, steps);
    seen.push(...magic, ...read.seen);
    // What the grammar had to skip may hold anything: there the names of calls are all there is to go by.
    return read.broken ? [...seen, ...byNames(language, text)] : seen;
  }
  return [...seen, ...byNames(language, text)];
}

/** Calls by their names and the literals that follow them: for languages without a grammar here, and for code that is not of its language. */
function byNames(language: Language, text: string): Seen[] {
  const seen: Seen[] = [];
  if (EVALS.test(text) && DECODES.test(text)) seen.push(harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
  if (PROGRAMMED.has(language)) {
    seen.push(...deeds(text), ...listedAndDeleted(text));
    const known = withConstants(text);
    if (known !== text) seen.push(...deletions(known), ...touched(known));
  }
  seen.push(...commands(language, text), ...deletions(text), ...touched(text));
  return seen;
}

function* places(pattern: RegExp, text: string): Generator<{ readonly at: number; readonly end: number; readonly word: string }> {
  for (const match of text.matchAll(pattern)) yield { at: match.index, end: match.index + match[0].length, word: match[0] };
}

function commands(language: Language, text: string): Seen[] {
  const seen: Seen[] = [];
  for (const { at, end, word } of places(RUNS[language], text)) {
    const quotedAlready = /[`"'/{]$/.test(word);
    const rest = text.slice(quotedAlready ? end - 1 : end, end + FAR);
    if (language === 'perl' && word.startsWith('open') && !rest.includes('|')) continue;
    if (language === 'awk' && word.startsWith('|') && word.endsWith('"')) seen.push(...shellText(strings(text.slice(end - 1, end + FAR))[0]));
    else if (language === 'awk' && word.includes('getline')) seen.push(...shellText(strings(text.slice(Math.max(0, at - FAR), at)).at(-1)));
    else seen.push(...started(rest, language));
  }
  return seen;
}

/** `run("a b")` is a shell text; `run(["a", "b"])` and `run("a", "b")` are the words themselves. */
function started(rest: string, language: Language): Seen[] {
  const close = closing(rest);
  const found = strings(close < 0 ? rest : rest.slice(0, close));
  const [first] = found;
  if (first === undefined)
    return language === 'perl' || language === 'ruby' || language === 'lua' ? [] : [harm('CODE_RUNS_COMPUTED', 'MEDIUM', { inspected: false })];
  const words = found.filter((word) => !/^(utf-?8|inherit|pipe|ignore|stdio)$/.test(word));
  const list = words.length > 1 && !first.includes(' ');
  return shellText(
    list
      ? words.map((word) => (/^[\w@%+=:,./*~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
      : first.replace(/^\|\s*|\s*\|$/g, ''),
  );
}

const shellText = (text: string | undefined): Seen[] => (text === undefined || text.trim() === '' ? [] : [{ see: 'script', text }]);

/** Where the call's own parenthesis closes, quotes stepped over. */
function closing(text: string): number {
  let depth = 1;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\') i += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (char === '(') depth += 1;
    else if (char === ')' && --depth === 0) return i;
  }
  return -1;
}

function deletions(text: string): Seen[] {
  const seen: Seen[] = [];
  for (const { end } of places(DELETES, text)) {
    const path = strings(text.slice(end, end + FAR))[0];
    seen.push(
      path === undefined
        ? harm('SHELL_RECURSIVE_DELETE', 'HIGH', { operation: 'delete', category: 'file', inspected: false })
        : { see: 'script', text: `rm -rf -- ${quoted(path)}` },
    );
    if (path !== undefined) seen.push(harm('SHELL_RECURSIVE_DELETE', 'HIGH', { operation: 'delete', category: 'file', target: path }));
  }
  for (const { end } of places(UNLINKS, text)) {
    const path = strings(text.slice(end, end + FAR))[0];
    if (path !== undefined) seen.push({ see: 'script', text: `rm -- ${quoted(path)}` });
  }
  return seen;
}

const quoted = (path: string): string => (/[*?]/.test(path) ? path.replaceAll(' ', '\\ ') : `'${path.replaceAll("'", `'\\''`)}'`);

/** Files that are opened: read, unless a mode that writes stands close by. */
function touched(text: string): Seen[] {
  const seen: Seen[] = [];
  for (const { end, word } of places(WRITES, text)) {
    const found = strings(text.slice(end, end + FAR));
    const [path, mode] = found;
    if (path === undefined) continue;
    if (word.includes('shutil') && mode !== undefined) seen.push({ see: 'path', path: { text: mode, glob: false }, access: 'write' });
    const writes = /write|append|put/i.test(word) || (mode !== undefined && /^[rb]*[wax+][btx+]*$/.test(mode));
    seen.push({ see: 'path', path: { text: path, glob: false }, access: writes ? 'write' : 'read' });
  }
  return seen;
}
