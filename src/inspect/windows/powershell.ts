import { decodeBase64 } from '../path/base64.ts';
import type { Seen } from '../shell/call.ts';
import { UNKNOWN, harm } from '../shell/call.ts';
import type { WindowsCall } from './call.ts';
import { bareName, parameter } from './call.ts';
import { readCmd } from './cmd.ts';
import { ALIASES, CMDLETS } from './cmdlets.ts';
import { deleting, plainPath, reading, writing } from './paths.ts';
import { POWERS } from './powers.ts';
import { PROGRAMS } from './programs.ts';
import { splatted } from './splat.ts';
import type { Token } from './tokens.ts';
import { tokensOf } from './tokens.ts';

const MOST_DEPTH = 8;
const MOST_TOKENS = 60_000;

interface Context {
  readonly seen: Seen[];
  readonly variables: Map<string, string>;
  /** Tables of parameters by the variable that holds them, as words. */
  readonly tables: Map<string, readonly string[]>;
  /** Files that this text fetched, by their plain paths. */
  readonly fetched: Set<string>;
  readonly depth: number;
  /** The text fetches or decodes something. */
  readonly fetches: boolean;
  readonly decodes: boolean;
  /** Tokens that may still be looked at ahead of where reading stands: a command may begin in every bracket of another's arguments. */
  readonly ahead: { left: number };
}

const FETCHES =
  /downloadstring|downloaddata|downloadfile|invoke-webrequest|invoke-restmethod|\biwr\b|\birm\b|net\.webclient|httpclient|xmlhttp|xmldocument|start-bitstransfer|\bcurl\b|\bwget\b|webrequest\]::create/;
const DECODES = /frombase64string|-encodedcommand|io\.compression|deflatestream|gzipstream|-bxor|\[char\[?\]?\]|convertto-securestring|readallbytes/;

/** What a text of PowerShell would do: each command in it, wherever in the text it stands. Total, linear. */
export function readPowerShell(text: string, depth = 0, outer?: ReadonlyMap<string, string>): readonly Seen[] {
  if (depth > MOST_DEPTH) return [harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
  const { all, inner } = tokensOf(text);
  if (all.length > MOST_TOKENS) return [harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
  const plain = text
    .replaceAll('`', '')
    .replace(/["']\s{0,8}\+\s{0,8}["']/g, '')
    .toLowerCase();
  const context: Context = {
    seen: [],
    variables: new Map(outer),
    tables: new Map(),
    fetched: new Set(),
    depth,
    fetches: FETCHES.test(plain),
    decodes: DECODES.test(plain),
    ahead: { left: 16 * all.length + 4_096 },
  };
  powers(plain, context);
  walk(all, context);
  for (const code of inner.slice(0, 64)) context.seen.push(...readPowerShell(code, depth + 1, context.variables));
  return context.seen;
}

function powers(plain: string, { seen, fetches, decodes, depth }: Context): void {
  if ((fetches || decodes) && /scriptblock\]::create\(|executioncontext\.invokecommand/.test(plain))
    seen.push(harm(fetches ? 'SHELL_REMOTE_EXECUTE' : 'SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
  const part = plain.length > 100_000 ? plain.slice(0, 100_000) : plain;
  for (const [patterns, what] of POWERS) if (patterns.every((pattern) => pattern.test(part))) seen.push(what);
  for (const match of part.matchAll(
    /\[(?:system\.)?io\.(file|directory)\]::(delete|writealltext|writeallbytes|appendalltext|readalltext|readallbytes|move|copy)\(\s{0,8}["']([^"'\n]{1,400})["']\s{0,8}(?:,\s{0,8}(\$true|1))?/g,
  )) {
    const [, kind, verb = '', path = '', tree] = match;
    if (verb === 'delete') seen.push(...deleting(path, kind === 'directory' && tree !== undefined));
    else seen.push(...(verb.startsWith('read') ? reading(path) : writing(path)));
  }
  for (const match of part.matchAll(
    /\[(?:system\.)?diagnostics\.process\]::start\(\s{0,8}["']([^"'\n]{1,400})["']\s{0,8}(?:,\s{0,8}["']([^"'\n]{0,2000})["'])?/g,
  ))
    seen.push(...readCmd(`${match[1] ?? ''} ${match[2] ?? ''}`, depth + 1));
  for (const match of part.matchAll(/["'](https?:\/\/[^"'\s]{1,2000})["']/g)) if (match[1] !== undefined) seen.push({ see: 'url', url: match[1] });
}

const KEYWORDS = new Set(
  'if elseif else foreach for while do until switch try catch finally return throw begin process end in param trap default exit break continue'.split(
    ' ',
  ),
);
const NAMED = new Set(['function', 'filter', 'class', 'workflow', 'configuration']);

/** What stands before a token: a call operator, a pipe, anything else. */
function leadOf(token: Token | undefined): 'calls' | 'pipe' | 'other' {
  if (token?.kind === 'pipe') return 'pipe';
  return token?.text === '&' || (token?.text === '.' && token.kind === 'word') ? 'calls' : 'other';
}

const isKeyword = (text: string): boolean => NAMED.has(text.toLowerCase()) || KEYWORDS.has(text.toLowerCase());

function walk(tokens: readonly Token[], context: Context): void {
  let starts = true;
  let before: WindowsCall | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined) return;
    const lead = leadOf(tokens[i - 1]);
    if (token.kind === 'end') before = undefined;
    if (token.kind === 'open' && token.text === '(' && lead === 'calls') computed(tokens, i, context);
    if (token.kind === 'sign' && token.text === '=' && tokens[i - 1]?.kind === 'variable') assign(tokens, i, context);
    if (starts && token.kind === 'word' && isKeyword(token.text)) {
      if (NAMED.has(token.text.toLowerCase())) i += 1;
      continue;
    }
    if (starts && token.kind === 'word' && token.text === '.') continue;
    if (starts && mayName(token, lead))
      before = begun(token, { tokens, from: i + 1, piped: lead === 'pipe' ? before : undefined }, context) ?? before;
    starts = startsNext(token);
  }
}

/** A word is a command where one may start; a string or a variable is only behind `&` and `.`. */
const mayName = ({ kind }: Token, lead: ReturnType<typeof leadOf>): boolean =>
  kind === 'word' || (lead === 'calls' && (kind === 'string' || kind === 'variable'));

function startsNext({ kind, text }: Token): boolean {
  if (kind === 'sign') return text === '=' || text === '&';
  return kind === 'end' || kind === 'open' || kind === 'pipe' || (kind === 'close' && text === '}');
}

function begun({ kind, text }: Token, stand: Stand, context: Context): WindowsCall | undefined {
  const name = kind === 'variable' ? context.variables.get(text) : text;
  if (name !== undefined) return call(name, stand, context);
  context.seen.push(harm('SHELL_DYNAMIC_COMMAND', context.fetches || context.decodes ? 'HIGH' : 'MEDIUM', { inspected: false }));
  return undefined;
}

/** `& ('ie' + 'x') …`: the name is what the group comes to. */
function computed(tokens: readonly Token[], at: number, context: Context): void {
  const group = tokens.slice(at, at + 64);
  const length = group.findIndex((token, i) => i > 0 && token.kind === 'close');
  if (length < 0) return;
  const close = at + length;
  const name = folded(group.slice(0, length + 1), context).trim();
  if (name !== '' && !name.includes(UNKNOWN) && /^[\w.\\/:-]{1,100}$/.test(name)) call(name, { tokens, from: close + 1, piped: undefined }, context);
  else if (!/^(?:\$|get-command)/i.test(name) || context.fetches || context.decodes)
    context.seen.push(harm('SHELL_DYNAMIC_COMMAND', context.fetches || context.decodes ? 'HIGH' : 'MEDIUM', { inspected: false }));
}

/** Tokens of one command's arguments, groups whole. */
function argumentsFrom(tokens: readonly Token[], from: number, far: number): Token[][] {
  const groups: Token[][] = [];
  let depth = 0;
  let current: Token[] = [];
  for (let i = from; i < tokens.length && i < from + far; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (depth === 0 && (token.kind === 'end' || token.kind === 'pipe' || token.kind === 'close')) break;
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
    if (depth === 0 && token.kind === 'sign' && token.text === ',') continue;
    current.push(token);
    if (depth === 0) {
      groups.push(current);
      current = [];
    }
  }
  if (current.length > 0) groups.push(current);
  return groups;
}

/** How far a command's arguments are followed: not far where that was done too often, which is said. */
const farOf = ({ ahead }: Context): number => (ahead.left > 0 ? 400 : 8);

function looked(tokens: number, { ahead, seen }: Context): void {
  if (ahead.left > 0 && ahead.left <= tokens) seen.push(harm('UNINSPECTABLE', 'HIGH', { inspected: false }));
  ahead.left -= tokens;
}

interface Stand {
  readonly tokens: readonly Token[];
  readonly from: number;
  readonly piped: WindowsCall | undefined;
}

function call(word: string, { tokens, from, piped }: Stand, context: Context): WindowsCall | undefined {
  if (/^[[\d@-]/.test(word) || (word.startsWith('$') && !/^\$env:\w+[\\/]/i.test(word))) return undefined;
  const bare = bareName(word);
  const name = ALIASES[bare] ?? bare;
  const groups = argumentsFrom(tokens, from, farOf(context));
  const args = groups.flatMap((group) => given(folded(group, context), context));
  looked(
    groups.reduce((sum, group) => sum + group.length, 0),
    context,
  );
  const file = fileOf(word);
  if (file !== undefined) context.seen.push(...runs(file, context));
  const made: WindowsCall = { name, args, before: piped, shell: 'powershell' };
  const { seen, depth } = context;
  if (name === 'invoke-expression' || name === 'invoke-command' || name === 'scriptblock') evaluated(made, context);
  else if (name === 'powershell' || name === 'pwsh') seen.push(...launched(args, depth));
  else if (name === 'cmd') seen.push(...readCmd(`cmd ${args.join(' ')}`, depth + 1));
  else if (name === 'start-process') started(made, context);
  else if (Object.hasOwn(CMDLETS, name)) seen.push(...cmdlet(made, context));
  else if (Object.hasOwn(PROGRAMS, name)) seen.push(...(PROGRAMS[name]?.(made) ?? []));
  else if (!/^[a-z]+-[a-z]\w*$/.test(name) && /^[a-z]/.test(name) && depth < 4)
    seen.push({ see: 'argv', argv: [bare, ...args].map((one) => ({ text: one, glob: false })) });
  return made;
}

/** What a cmdlet does; which files it fetched is kept for when they are started. */
function cmdlet(made: WindowsCall, { fetched }: Context): readonly Seen[] {
  const does = CMDLETS[made.name]?.(made) ?? [];
  for (const one of does) if (one.see === 'path' && one.origin === 'remote' && fetched.size < 64) fetched.add(nameOf(one.path.text));
  return does;
}

/** `@p` stands for the parameters in its table. */
const given = (arg: string, { tables }: Context): readonly string[] =>
  arg.startsWith('@') ? (tables.get(`$${arg.slice(1).toLowerCase()}`) ?? [arg]) : [arg];

/** A program or a script that is named by where it lies. */
function fileOf(word: string): string | undefined {
  return /[\\/]/.test(word) && /\.(?:ps1|psm1|psd1|bat|cmd|exe|com|vbs|js|wsf|hta|dll|scr|msi)$/i.test(word) ? word : undefined;
}

const nameOf = (path: string): string => plainPath(path).replace(/^.*\//, '');

/** Another machine's file, or one this text fetched, is started. */
function runs(file: string, { fetched }: Context): Seen[] {
  const elsewhere = /^(?:\\\\|\/\/)[\w.-]+[\\/]/.test(file) || fetched.has(nameOf(file));
  return [
    ...(elsewhere ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network', target: file })] : []),
    { see: 'path', path: { text: file.replaceAll('\\', '/'), glob: false }, access: 'execute' },
  ];
}

/** `Get-Content build.ps1 | iex`: a script that is read to be run is a script that is run. */
function readToRun(before: WindowsCall | undefined, context: Context): boolean {
  if (before?.name !== 'get-content' || context.fetches || context.decodes) return false;
  const script = before.args.find((arg) => !arg.startsWith('-')) ?? '';
  if (!/\.ps1$/i.test(script) || /temp|\\\\|public|appdata/i.test(script)) return false;
  context.seen.push(...runs(script, context));
  return true;
}

/** `iex`: of a constant its inside, of what was fetched or decoded that, of anything else that it is not known. */
function evaluated({ name, args, before }: WindowsCall, context: Context): void {
  const { seen, depth } = context;
  if (name === 'invoke-command') {
    if (parameter(args, 'ComputerName', 3) !== undefined) seen.push(harm('SHELL_HATCH', 'MEDIUM'));
    return;
  }
  const text = args.filter((arg) => !/^-Command$/i.test(arg)).join(' ');
  if (text === '' && readToRun(before, context)) return;
  const known = text !== '' && !text.includes(UNKNOWN) && !/^[$[(@]/.test(text);
  if (known) seen.push(...readPowerShell(text, depth + 1, context.variables));
  if (context.fetches || before?.name === 'invoke-webrequest' || before?.name === 'invoke-restmethod')
    seen.push(harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' }));
  else if (context.decodes) seen.push(harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
  else if (!known && !(before?.name === 'write-output' && before.args.every((arg) => !arg.includes(UNKNOWN))))
    seen.push(harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false }));
  else if (before?.name === 'write-output') seen.push(...readPowerShell(before.args.join(' '), depth + 1, context.variables));
}

function started({ args }: WindowsCall, context: Context): void {
  const { seen, depth } = context;
  const program = parameter(args, 'FilePath', 2) ?? args.find((arg) => !arg.startsWith('-')) ?? '';
  const list = args.findIndex((arg) => /^-a(?:r|rg\w*)?$/i.test(arg));
  const given = (list < 0 ? undefined : args.slice(list + 1).join(' ')) ?? args.filter((arg) => !arg.startsWith('-') && arg !== program).join(' ');
  if (/\\start menu\\programs\\startup\\/i.test(program)) seen.push(harm('SHELL_PERSISTENCE', 'HIGH'));
  const file = fileOf(program) ?? (context.fetched.has(nameOf(program)) ? program : undefined);
  if (file !== undefined) seen.push(...runs(file, context));
  if (program !== '' && !program.includes(UNKNOWN)) seen.push(...readCmd(`"${program}" ${given}`, depth + 1));
}

/** The command line of powershell.exe and pwsh (about_PowerShell_Exe); parameters may be cut short. */
export function launched(args: readonly string[], depth: number): readonly Seen[] {
  for (const [i, raw] of args.entries()) {
    const arg = raw
      .replace(/[\u2013\u2014\u2015]/g, '-')
      .toLowerCase()
      .replace(/^\//, '-');
    const rest = args.slice(i + 1);
    if (/^-(?:e|ec|en|enc|enco|encod|encode|encoded|encodedc\w*)$/.test(arg)) {
      const code = decodeBase64(rest[0] ?? '').replaceAll('\u0000', '');
      return [harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }), ...readPowerShell(code, depth + 1)];
    }
    if (/^-(?:c|co|com\w*)$/.test(arg)) return rest[0] === '-' ? [harm('SHELL_INPUT_EXECUTE', 'HIGH')] : readPowerShell(rest.join(' '), depth + 1);
    if (/^-(?:f|fi|fil|file)$/.test(arg)) {
      const script = rest[0] ?? '';
      const far: Seen[] = /^(?:\\\\|\/\/)[\w.-]+[\\/]/.test(script) ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })] : [];
      return [...far, { see: 'path', path: { text: script, glob: false }, access: 'execute' }];
    }
    // The old engine has no eyes for what it runs.
    if (/^-v(?:e\w*)?$/.test(arg) && /^2(?:\.0)?$/.test(rest[0] ?? ''))
      return [harm('SHELL_DEFENCE_DISABLE', 'HIGH'), ...launched(rest.slice(1), depth)];
    if (arg === '-') return [harm('SHELL_INPUT_EXECUTE', 'MEDIUM')];
    if (/^-(?:ex\w*|ep|w|wi\w*|v\w*|in\w*|o\w*|ps\w*|config\w*|wd|work\w*|cust\w*|set\w*)$/.test(arg)) continue;
    if (/^-/.test(arg) || /^-(?:ex\w*|ep|w|wi\w*|v\w*|in\w*|o\w*|ps\w*|config\w*|wd|work\w*|cust\w*|set\w*)$/.test((args[i - 1] ?? '').toLowerCase()))
      continue;
    return readPowerShell(args.slice(i).join(' '), depth + 1);
  }
  return [];
}

function assign(tokens: readonly Token[], at: number, context: Context): void {
  const name = tokens[at - 1]?.text ?? '';
  const groups: Token[] = [];
  for (let i = at + 1; i < tokens.length && i < at + Math.min(200, farOf(context)); i++) {
    const token = tokens[i];
    if (token === undefined || token.kind === 'end' || token.kind === 'pipe') break;
    groups.push(token);
  }
  looked(groups.length, context);
  const table = splatted(tokens, at + 1, (group) => folded(group, context));
  if (table !== undefined && context.tables.size < 64) context.tables.set(name, table);
  const value = folded(groups, context);
  if (value.length > MOST_HELD || value.includes(UNKNOWN)) context.variables.delete(name);
  else context.variables.set(name, value);
}

/** A variable that holds more is unknown: a text can double itself in every line. */
const MOST_HELD = 16_384;

/** The text a few tokens stand for: strings, sums, `-join`, `-f`, `-replace`, `[char]`, base64. */
function folded(group: readonly Token[], context: Context): string {
  const source = group.map((token) => token.text).join(' ');
  if (/frombase64string/i.test(source)) {
    const text = group.find((token) => token.kind === 'string' && token.text.length > 7)?.text;
    return text === undefined ? UNKNOWN : decodeBase64(text).replaceAll('\u0000', '');
  }
  if (/\[char\[?\]?\]/i.test(source) && /^[\s\d()+,@[\]charjoin'"-]*$/i.test(source))
    return [...source.matchAll(/\d{1,7}/g)].map(([code]) => String.fromCharCode(Number(code) & 0xffff)).join('');
  const values = group.filter((token) => token.kind === 'string' || token.kind === 'word' || token.kind === 'variable');
  const operator = values.findIndex((token) => /^-(?:join|f|replace|creplace|ireplace|split)$/i.test(token.text) && token.kind === 'word');
  const texts = values.map((token) => filled(token, context));
  if (operator >= 0) return operated(values[operator]?.text.toLowerCase() ?? '', texts.slice(0, operator), texts.slice(operator + 1));
  if (group.length > 1 && group[0]?.kind === 'open' && group.some((token) => token.kind === 'word') && !/^@?\($/.test(group[0].text)) return UNKNOWN;
  if (group.length > 1 && values.length > 1 && !group.some((token) => token.text === '+' || token.text === ','))
    return group[0]?.kind === 'open' ? UNKNOWN : texts.join(' ');
  return group.some((token) => token.text === '+') ? texts.join('') : texts.join(' ');
}

function operated(operator: string, left: readonly string[], right: readonly string[]): string {
  if (operator === '-join') return left.length === 0 ? joined(right, '') : joined(left, right[0] ?? '');
  const [pattern = ''] = left;
  if (operator === '-f') {
    let length = 0;
    return pattern.replace(/\{(\d{1,2})[^{}]{0,20}\}/g, (_, at: string) => {
      const text = right[Number(at)]?.slice(0, 4_096) ?? UNKNOWN;
      length += text.length;
      return length > MOST_HELD ? UNKNOWN : text;
    });
  }
  const [what = '', by = ''] = right;
  return operator === '-split' || what === '' || pattern.length * by.length > MOST_HELD * 64 ? UNKNOWN : pattern.replaceAll(what, by);
}

/** Put together as long as it is a length that anything held may have. */
function joined(texts: readonly string[], between: string): string {
  const length = texts.reduce((sum, text) => sum + text.length + between.length, 0);
  return length > MOST_HELD * 8 ? UNKNOWN : texts.join(between);
}

const KEPT = /^\$(?:env:\w+|home|profile|pshome|true|false|null|_)$/i;

/** Variables put in, so far as the text set them; names every machine has stay as they are written. */
function filled({ kind, text }: Token, { variables }: Context): string {
  if (kind === 'variable') return variables.get(text) ?? (KEPT.test(text) ? text : UNKNOWN);
  if (!text.includes('$')) return text;
  let length = text.length;
  return text.replace(/\$(?:\{([^}\n]{1,80})\}|((?:[A-Za-z]{1,20}:)?\w{1,80}))/g, (_whole, braced?: string, bare?: string) => {
    const name = `$${braced ?? bare ?? ''}`.toLowerCase();
    const value = variables.get(name) ?? (KEPT.test(name) ? `$${braced ?? bare ?? ''}` : UNKNOWN);
    length += value.length;
    return length > text.length + MOST_HELD ? UNKNOWN : value;
  });
}

const VERBS =
  'Get|Set|New|Remove|Add|Invoke|Start|Stop|Clear|Restart|Import|Export|Test|Out|Write|Disable|Enable|Register|Unregister|Copy|Move|Rename|Format|Install|Uninstall|Resolve|Expand|Compress|ConvertTo|ConvertFrom|Select|Where|ForEach|Measure|Sort';
const CMDLET = new RegExp(`(?:^|[\\n;|({&]\\s{0,8})(?:${VERBS}|${VERBS.toLowerCase()})-[A-Z][A-Za-z]{2,40}\\b`);
const SYNTAX = /(?:^|[\n;|({&]\s{0,8})(?:\$(?:env:)?[A-Za-z]\w{0,60}\s{0,8}=\s|\[(?:System\.)?[A-Z][\w.]{1,80}\]::|iex[\s(]|iwr\s)/;

/** Text that is PowerShell beyond doubt, whatever the tool is called. */
export function looksLikePowerShell(text: string): boolean {
  const head = text.slice(0, 8192);
  return (CMDLET.test(head) || SYNTAX.test(head)) && !/^\s{0,40}(?:#!.*(?:sh|bash)\b|export |sudo )/.test(head);
}
