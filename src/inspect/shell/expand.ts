import { parse } from 'unbash';
import type { ParameterExpansionPart, ParameterOperation, Word, WordPart } from 'unbash';
import { UNKNOWN, readUnknown } from './call.ts';
import type { Arg } from './call.ts';
import { splitBraces } from './braces.ts';
import { transform } from './parameter.ts';
import type { Nested, Substitution } from './substitution.ts';
import type { Picks, Variables } from './values.ts';

/** Longest text constant folding may build; beyond it a value is unknown, so that `x=$x$x` cannot explode. */
const LONGEST = 16_384;
const MOST_FIELDS = 512;
const BRACE_DEPTH = 6;

/** What a program's own shell set-up (`direnv hook bash`) stands for: nothing to follow. */
export const HOOK_TEXT = ':';
export const HOOK_FILE = '/dev/null';

export interface Scope {
  readonly variables: Variables;
  /** Which of several possible values this reading takes. */
  readonly picks: Picks;
  /** The output of `$(…)`, as far as it is known; also reads the script inside. */
  readonly substitute: (part: Nested) => Substitution;
  /** Takes so many characters off what may still be read; false when none are left. */
  readonly afford: (characters: number) => boolean;
  /** Says that a part of the text could not be read. */
  readonly opaque: () => void;
  /** Characters constant folding may still produce in this reading. */
  readonly fuel: { left: number };
}

/** Environment every login has, by meaning rather than by value; `IFS` is a space so that it splits. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: '~',
  PWD: '.',
  OLDPWD: './..',
  TMPDIR: '/tmp',
  TMP: '/tmp',
  TEMP: '/tmp',
  IFS: ' ',
  SHELL: '/bin/sh',
  BASH: '/bin/bash',
  EDITOR: 'editor',
  VISUAL: 'editor',
  PAGER: 'less',
  BROWSER: 'browser',
  PYTHON: 'python3',
  MAKE: 'make',
  CC: 'cc',
  CXX: 'c++',
};

interface Field {
  text: string;
  glob: boolean;
  secret: boolean;
  credential?: boolean;
  bulk?: boolean;
  printed?: boolean;
}

/** Names whose values are credentials. */
const CREDENTIAL =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|SIGNING_KEY|CREDENTIALS?|PAT)(?:_|$)/;

interface Build {
  readonly scope: Scope;
  readonly fields: Field[];
  open: boolean;
  depth: number;
  /** Inside double quotes: nothing is split. */
  quoted?: boolean;
}

/** The fields a word becomes: tilde and parameters folded where known, braces multiplied, unquoted values split. */
export function expandWord(word: Word, scope: Scope, depth = 0): Arg[] {
  if (word.parts === undefined) {
    uncut(word.text, scope);
    return [{ text: readUnknown(word.value), glob: false }];
  }
  const brace = word.parts.findIndex((part) => part.type === 'BraceExpansion');
  if (brace >= 0 && depth < BRACE_DEPTH) return expandBraces(word, scope, depth);
  const build: Build = { scope, fields: [], open: false, depth };
  for (const part of word.parts) addPart(part, build);
  return build.fields.slice(0, MOST_FIELDS).map(({ secret, ...field }) => (secret ? { ...field, secret } : field));
}

/** The word as one text, unsplit: what an assignment, a redirection or a here-string gets. */
export function expandJoined(word: Word, scope: Scope, depth = 0): Arg {
  const fields = expandWord(word, scope, depth);
  return {
    text: fields.map((field) => field.text).join(' '),
    glob: fields.some((field) => field.glob),
    ...(fields.some((field) => field.secret === true) ? { secret: true } : {}),
    ...(fields.some((field) => field.credential === true) ? { credential: true } : {}),
    ...(fields.some((field) => field.bulk === true) ? { bulk: true } : {}),
  };
}

/** The text of a list of parts, nothing split: a here-document's body. */
export function expandParts(parts: readonly WordPart[], scope: Scope): string {
  const build: Build = { scope, fields: [], open: false, depth: 0 };
  for (const part of parts) addQuoted(part, build);
  return build.fields.map((field) => field.text).join('');
}

function expandBraces(word: Word, scope: Scope, depth: number): Arg[] {
  const out: Arg[] = [];
  for (const text of splitBraces(word.text)) {
    // An empty word without quotes is none.
    if (text === '') continue;
    if (out.length >= MOST_FIELDS) return [...out, { text: UNKNOWN, glob: false }];
    const script = parse(`: ${text}`);
    if ((script.errors?.length ?? 0) > 0) scope.opaque();
    const node = script.commands[0]?.command;
    const [inner, ...more] = node?.type === 'Command' ? node.args : [];
    if (inner?.type === 'Word' && more.length === 0) for (const arg of expandWord(inner, scope, depth + 1)) out.push(arg);
    else {
      // Not one word for the parser: what is inside is read all the same.
      for (const one of [inner, ...more]) if (one?.type === 'Word') expandWord(one, scope, depth + 1);
      out.push({ text: UNKNOWN, glob: false });
    }
  }
  return out;
}

/** `2<(…)`: the parser takes it for plain text, the shell runs what is inside. */
function uncut(text: string, scope: Scope): void {
  if (text.includes('(') && /[<>]\(/.test(text.replace(/\\[^]|'[^']*'|"[^"]*"/g, ''))) scope.opaque();
}

/** What the text says itself is as long as it is; what is made of it is followed to a length. */
function append(build: Build, text: string, { glob = false, written = false } = {}): void {
  build.scope.fuel.left -= text.length;
  const tooMuch = build.scope.fuel.left < 0;
  if (!build.open) {
    build.fields.push({ text: '', glob: false, secret: false });
    build.open = true;
  }
  const field = build.fields[build.fields.length - 1];
  if (field === undefined) return;
  if (tooMuch || (!written && field.text.length + text.length > LONGEST)) {
    if (!field.text.endsWith(UNKNOWN)) field.text += UNKNOWN;
  } else field.text += text;
  if (glob) field.glob = true;
}

function appendSplit(build: Build, text: string): void {
  const pieces = fieldsOf(text, build.scope);
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) build.open = false;
    if (piece !== '') append(build, piece, { glob: /[*?[]/.test(piece) });
  }
}

/** Splits as the text's own `IFS` says, when it sets one. */
function fieldsOf(text: string, scope: Scope): readonly string[] {
  const [own, ...others] = scope.variables.get('IFS') ?? [];
  const fields = splitBy(text, own?.[0]);
  // Where it may hold one thing or another, so may the words.
  return others.every((other) => splitBy(text, other[0]).length === fields.length) ? fields : [UNKNOWN];
}

function splitBy(text: string, separators: string | undefined): readonly string[] {
  if (separators === undefined || ![...text].some((char) => separators.includes(char))) return text.split(/[ \t\n]+/);
  return [...text]
    .map((char) => (separators.includes(char) ? '\n' : char))
    .join('')
    .split(/[ \t\n]+/);
}

function addPart(part: WordPart, build: Build): void {
  switch (part.type) {
    case 'Literal':
      uncut(part.text, build.scope);
      return append(build, readUnknown(part.value), { written: true });
    case 'Glob':
      return append(build, part.value, { glob: true });
    case 'ExtendedGlob':
      return append(build, part.text, { glob: true });
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return append(build, readUnknown(part.value), { written: true });
    case 'BraceExpansion':
      // One that could not be taken apart, or too deep a one.
      if (/[$`<>]/.test(part.text)) build.scope.opaque();
      return append(build, part.text);
    case 'DoubleQuoted':
    case 'LocaleString':
      // Of no arguments at all `"$@"` makes no word, not an empty one.
      if (part.parts.length !== 1 || !noArguments(part.parts[0], build)) append(build, '');
      for (const inner of part.parts) addQuoted(inner, build);
      return;
    case 'ProcessSubstitution':
      append(build, build.scope.substitute(part).hook ? HOOK_FILE : `/dev/fd/${UNKNOWN}`);
      return;
    default:
      for (const [index, field] of valueOf(part, build).entries()) {
        if (index > 0) build.open = false;
        appendSplit(build, field);
      }
  }
}

function addQuoted(part: WordPart, build: Build): void {
  switch (part.type) {
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'CommandExpansion':
    case 'ArithmeticExpansion': {
      build.quoted = true;
      const value = valueOf(part, build);
      build.quoted = false;
      const whole = (part.type === 'ParameterExpansion' && (part.index?.text === '@' || part.parameter === '@')) || part.text === '$@';
      if (!whole) return append(build, value.join(' '));
      for (const [index, field] of value.entries()) {
        if (index > 0) build.open = false;
        append(build, field);
      }
      return;
    }
    default:
      addPart(part, build);
  }
}

function noArguments(part: WordPart | undefined, build: Build): boolean {
  if (part?.text === '$@' || part?.text === '${@}') return argument('@', build.scope).length === 0;
  if (part?.type !== 'ParameterExpansion' || part.operation?.type !== 'Slice') return false;
  return (part.parameter === '@' || part.index?.text === '@') && parameter(part, { ...build, fields: [] }).length === 0;
}

type Expansion = Extract<WordPart, { type: 'SimpleExpansion' | 'ParameterExpansion' | 'CommandExpansion' | 'ArithmeticExpansion' }>;

function valueOf(part: Expansion, build: Build): readonly string[] {
  switch (part.type) {
    case 'SimpleExpansion':
      // Of an array a bare name is its first element.
      named(part.text.slice(1), build);
      return firstOf(part.text.slice(1), lookUp(part.text.slice(1), build.scope)) ?? [UNKNOWN];
    case 'ParameterExpansion':
      return parameter(part, build);
    case 'ArithmeticExpansion':
      return [UNKNOWN];
    case 'CommandExpansion': {
      const { text, hook, ...of } = build.scope.substitute(part);
      if (hook) return [HOOK_TEXT];
      mark(build, { ...of, printed: text.includes(UNKNOWN) });
      return [text];
    }
  }
}

/** Says of the field that is being built what its value is. */
function mark(build: Build, { secret, credential, bulk, printed }: Partial<Field>): void {
  if (secret !== true && credential !== true && bulk !== true && printed !== true) return;
  append(build, '');
  const field = build.fields[build.fields.length - 1];
  if (field === undefined) return;
  if (secret === true) field.secret = true;
  if (credential === true) field.credential = true;
  if (bulk === true) field.bulk = true;
  if (printed === true) field.printed = true;
}

function named(name: string, build: Build): void {
  if (CREDENTIAL.test(name) && !build.scope.variables.has(name)) mark(build, { credential: true });
}

function parameter(part: ParameterExpansionPart, build: Build): readonly string[] {
  const { scope } = build;
  if (part.end - part.pos > 64 && !scope.afford(part.end - part.pos)) return [UNKNOWN];
  if (part.prefix !== undefined) return [UNKNOWN];
  named(part.parameter, build);
  const known = lookUp(part.parameter, scope);
  if (part.operation === undefined) {
    if (known === undefined) return [UNKNOWN];
    return part.index === undefined ? (firstOf(part.parameter, known) ?? [UNKNOWN]) : elementOf(known, part.index.text);
  }
  return operated(part, { operation: part.operation, known }, build);
}

/** A parameter with an operator. */
function operated(
  part: ParameterExpansionPart,
  { operation, known }: { readonly operation: ParameterOperation; readonly known: readonly string[] | undefined },
  build: Build,
): readonly string[] {
  const { scope } = build;
  const fold = (word: Word): string =>
    build.depth > BRACE_DEPTH || !scope.afford(word.end - word.pos) ? UNKNOWN : expandJoined(word, scope, build.depth + 1).text;
  const assigns = operation.type === 'Default' && operation.operator.endsWith('=');
  // `${x:=…}` assigns: what the name holds from here on depends on what it held.
  if (assigns && known !== undefined) scope.variables.set(part.parameter, [[UNKNOWN]]);
  if ([part.parameter, part.index?.text].some((name) => name === '@' || name === '*')) {
    if (operation.type === 'Slice') return sliced(part.parameter, known, operation) ?? [UNKNOWN];
    if (known !== undefined && known.length !== 1) return [UNKNOWN];
  }
  // Of an array a bare name is its first element.
  const value = known === undefined || part.index === undefined ? known?.[0] : elementOf(known, part.index.text).join(' ');
  const assigned = scope.variables.has(part.parameter) || /^[1-9]/.test(part.parameter);
  const folded = transform({ name: part.parameter, value, assigned }, operation, fold);
  return [withQuotes(folded, { operand: 'operand' in operation ? operation.operand?.text : undefined, assigns }, build)];
}

/** One element of an array, or all of them; one whose place only the running shell knows is unknown. */
function elementOf(held: readonly string[], index: string): readonly string[] {
  if (index === '@' || index === '*') return held;
  if (!/^-?\d{1,6}$/.test(index.trim())) return [UNKNOWN];
  const before = held.slice(0, Number(index) < 0 ? undefined : Number(index));
  // A part that is not known may be several elements, and an element that names its place moves the others.
  if (before.some((one) => one.includes(UNKNOWN) || /^\[[^\]]*\]=/.test(one))) return [UNKNOWN];
  return [held.at(Number(index)) ?? ''];
}

/** `${list[@]:1:2}`: elements, not characters. */
function sliced(name: string, held: readonly string[] | undefined, { offset, length }: Slice): readonly string[] | undefined {
  const [from, count] = [Number(offset.text.trim()), length === undefined ? undefined : Number(length.text.trim())];
  if (held === undefined || !Number.isInteger(from) || (count !== undefined && !(count >= 0)) || held.some((one) => one.includes(UNKNOWN)))
    return undefined;
  // `$0` is the first of the arguments, and no element is before the first.
  if (name === '@' || name === '*' ? from < 1 : from < 0 && -from > held.length) return undefined;
  const at = name === '@' || name === '*' ? from - 1 : from;
  const rest = held.slice(at);
  return count === undefined ? rest : rest.slice(0, count);
}

type Slice = Extract<ParameterOperation, { type: 'Slice' }>;

/** Quotes inside an operand keep its blanks together and make nothing a word, which the folded text does not tell any more. */
function withQuotes(folded: string, { operand, assigns }: { readonly operand: string | undefined; readonly assigns: boolean }, build: Build): string {
  if (operand === undefined || !/["'\\]/.test(operand.replaceAll('\\\n', ''))) return folded;
  if (build.quoted === true) return UNKNOWN;
  if (folded === '' && !assigns) append(build, '');
  return /[ \t\n]/.test(folded) ? UNKNOWN : folded;
}

/** Of an array a bare name is its first element; `@` and `*` are all there are. */
const firstOf = (name: string, held: readonly string[] | undefined): readonly string[] | undefined =>
  name === '@' || name === '*' ? held : held?.slice(0, 1);

/** What a line or a function was called with; a line given as a command has no arguments until `set` gives it some. */
function argument(name: string, scope: Scope): readonly string[] {
  const given = scope.variables.get('@')?.[0] ?? [];
  if (name === '@' || name === '*') return given;
  const known = given.slice(0, Number(name));
  if (known.includes(UNKNOWN)) return [UNKNOWN];
  return [given[Number(name) - 1] ?? ''];
}

function lookUp(name: string, scope: Scope): readonly string[] | undefined {
  if (/^(?:[@*]|[1-9][0-9]?)$/.test(name)) return argument(name, scope);
  const held = scope.variables.get(name);
  const pick = scope.picks.get(name) ?? 0;
  if (held !== undefined) return pick < 0 ? [UNKNOWN] : held[Math.min(pick, held.length - 1)];
  const known = Object.hasOwn(ENVIRONMENT, name) ? ENVIRONMENT[name] : undefined;
  return known === undefined ? undefined : [known];
}
