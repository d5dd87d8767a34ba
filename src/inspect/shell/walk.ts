import { parse } from 'unbash';
import type { Assignment, Command, CommandNode, CompoundList, PipelineNode, Redirection, Script, Statement, SyntaxNode, Word } from 'unbash';
import type { Arg, Stream } from './call.ts';
import { UNKNOWN, harm, readUnknown, writeUnknown } from './call.ts';
import { addHarm } from './collect.ts';
import { expandJoined, expandParts, expandWord } from './expand.ts';
import type { Scope } from './expand.ts';
import { asBody, evaluate } from './evaluated.ts';
import { manyDocuments } from './documents.ts';
import { logsIn, spelled } from './command-shapes.ts';
import { callsItself } from './forkbomb.ts';
import type { Reading } from './reading.ts';
import { EMPTY, MOST_DEPTH, MOST_NESTING, unreadable } from './reading.ts';
import { either, follows } from './outputs.ts';
import { printsOwnSetUp, printsSetUp } from './setup.ts';
import { runCall } from './run.ts';
import { worse } from './standing.ts';
import { take } from '../steps.ts';
import { STARTS, onlySetsUp } from './startup.ts';
import type { Nested, Substitution } from './substitution.ts';
import type { Picks, Values } from './values.ts';
import { FIRST, MOST_VALUES, isolated, join, picksFor, rebind, setVariable, unknown } from './variables.ts';
import { keepOutput } from './written.ts';
import { readAssignment, readRedirect } from './effects.ts';

/** What is left on standard output. */
type Output = Stream;

/** Reads a text as shell. A text that does not parse is still walked as far as it goes, and said to be opaque. */
export function walkText(text: string, reading: Reading, stdin: Stream = EMPTY): Output {
  if (reading.depth >= MOST_DEPTH || !take(reading.steps, text.length)) return unreadable(reading, text);
  if (text.trim() === UNKNOWN || manyDocuments(text)) return unreadable(reading, text);
  if (isRefused(text)) return EMPTY;
  const script = parse(writeUnknown(text));
  const inner: Reading = { ...reading, depth: reading.depth + 1, source: text };
  return walkScript(script, inner, stdin);
}

/** One plain line that ends in a redirection without a target: every shell refuses it whole and runs nothing. */
const isRefused = (text: string): boolean => text.length < 200 && /^[^\n;&|$`"'\\()#]*[<>]\s*$/.test(text) && !text.includes(UNKNOWN);

export function walkScript(script: Script & { readonly errors?: readonly unknown[] | undefined }, reading: Reading, stdin: Stream): Output {
  if ((script.errors?.length ?? 0) > 0) unreadable(reading, reading.source);
  return walkStatements(script.commands, reading, stdin);
}

function walkStatements(statements: readonly Statement[], reading: Reading, stdin: Stream): Output {
  let out: Output = EMPTY;
  for (const statement of statements)
    out = follows(out, walkNode(statement.command, statement.background === true ? isolated(reading) : reading, stdin));
  return out;
}

function walkNode(node: PipelineNode | Statement['command'], reading: Reading, stdin: Stream): Output {
  if (node.type === 'AndOr') {
    let out: Output = EMPTY;
    let first = reading.standing.at;
    for (const [index, command] of node.commands.entries()) {
      const inner = index === 0 ? reading : conditional(reading);
      out = follows(out, walkNode(command, inner, stdin));
      if (index === 0) first = reading.standing.at;
    }
    reading.standing.at = worse(first, reading.standing.at);
    return out;
  }
  if (node.type === 'Pipeline') {
    let stream = stdin;
    // Each command of a pipeline runs in a process of its own.
    const own = node.commands.length > 1 ? (): Reading => isolated(conditional(reading)) : (): Reading => reading;
    for (const [at, command] of node.commands.entries())
      stream = walkCommand(command, logsIn(node.commands[at + 1]) ? { ...own(), handsOver: true } : own(), stream);
    return stream;
  }
  return walkCommand(node, reading, stdin);
}

function walkCommand(node: CommandNode, reading: Reading, stdin: Stream): Output {
  if (reading.nesting.now >= MOST_NESTING) return unreadable(reading, reading.source);
  reading.nesting.now += 1;
  const out = walkOne(node, reading, stdin);
  reading.nesting.now -= 1;
  return out;
}

function walkOne(node: CommandNode, reading: Reading, stdin: Stream): Output {
  switch (node.type) {
    case 'Command':
      return walkSimple(node, reading, stdin);
    case 'Function':
      if (callsItself(node))
        addHarm(reading.into, harm('SHELL_FORK_BOMB', 'CRITICAL', { operation: 'execute' }), [
          { text: `${node.name.value}() calls itself twice`, glob: false },
        ]);
      reading.functions.set(node.name.value, node.body);
      return walkCompound(node.body, withArguments(undefined, conditional(isolated(reading))), EMPTY);
    case 'Coproc':
      return node.body.type === 'Command' ? walkSimple(node.body, isolated(reading), stdin) : walkCompound(node.body, isolated(reading), stdin);
    case 'Redirected': {
      const input = walkRedirects(node.redirects, reading) ?? stdin;
      return walkCompound(node.command, reading, input);
    }
    default: {
      const { at } = reading.standing;
      const out = walkCompound(node, reading, stdin);
      if (node.type !== 'BraceGroup') reading.standing.at = worse(at, reading.standing.at);
      return out;
    }
  }
}

type Compound = Exclude<CommandNode, Command> | CompoundList;

function walkCompound(node: Compound, reading: Reading, stdin: Stream): Output {
  const inner = conditional(reading);
  switch (node.type) {
    case 'Subshell':
      return walkStatements(node.body.commands, isolated(reading), stdin);
    case 'BraceGroup':
      return walkStatements(node.body.commands, reading, stdin);
    case 'CompoundList':
      return walkStatements(node.commands, reading, stdin);
    case 'If': {
      let out = walkStatements(node.clause.commands, reading, stdin);
      out = follows(out, walkStatements(node.then.commands, inner, stdin));
      for (const branch of node.elif) {
        walkStatements(branch.clause.commands, inner, stdin);
        out = follows(out, walkStatements(branch.then.commands, inner, stdin));
      }
      return node.else === undefined ? out : follows(out, walkStatements(node.else.commands, inner, stdin));
    }
    case 'While':
      walkStatements(node.clause.commands, inner, stdin);
      return walkStatements(node.body.commands, inner, stdin);
    case 'For':
    case 'Select':
      for (const word of node.wordlist ?? []) inside(word, reading);
      bindLoop(node.name.value, node.wordlist, reading);
      return walkStatements(node.body.commands, inner, stdin);
    case 'ArithmeticFor':
      for (const part of [node.initialize, node.test, node.update]) inside(part, reading);
      return walkStatements(node.body.commands, inner, stdin);
    case 'Case': {
      let out: Output = EMPTY;
      for (const word of [node.word, ...node.items.flatMap((item) => item.pattern)]) {
        expandWord(word, scopeOf(reading, FIRST));
        inside(word, reading);
      }
      for (const item of node.items) out = follows(out, walkStatements(item.body.commands, inner, stdin));
      return out;
    }
    case 'Redirected':
    case 'Function':
    case 'Coproc':
      return walkCommand(node, reading, stdin);
    default:
      inside(node.expression, reading);
      if (node.type === 'ArithmeticCommand') unknown([node.body], reading);
      return EMPTY;
  }
}

/** What runs inside of words and expressions; a substitution is read once, however often it is met. */
function inside(node: SyntaxNode | undefined, reading: Reading): void {
  if (node === undefined) return;
  evaluate(node, {
    substitute: (part) => void substitute(part, reading),
    expand: (word) => expandJoined(word, scopeOf(reading, FIRST)).text,
    held: (name) => (reading.variables.get(name) ?? []).flat(),
    again: (text) => void reading.readInner(asBody(text), conditional(reading)),
    deep: () => void unreadable(reading, reading.source),
  });
}

function bindLoop(name: string, words: readonly Word[] | undefined, reading: Reading): void {
  if (words === undefined) {
    setVariable(reading, name, [[UNKNOWN]]);
    return;
  }
  const fields = words.flatMap((word) => expandWord(word, scopeOf(reading, FIRST)));
  const values = fields.slice(0, MOST_VALUES).map((field) => [field.text]);
  if (fields.length > MOST_VALUES) values.push([UNKNOWN]);
  setVariable(reading, name, values.length === 0 ? [[UNKNOWN]] : values);
}

function walkSimple(node: Command, reading: Reading, stdin: Stream): Output {
  const quiet = node.name === undefined || /^(?:echo|printf|true|:)$/.test(node.name.text);
  const input = (setsUp(node, reading) ? undefined : walkRedirects(node.redirects, reading, quiet)) ?? stdin;
  for (const part of [...node.prefix, ...node.suffix]) inside(part, reading);
  inside(node.name, reading);
  const assignments = node.prefix.filter((part): part is Assignment => part.type === 'Assignment');
  if (node.name === undefined) {
    for (const one of assignments) assign(one, reading);
    if (assignments.length === 0) keepRedirected(node.redirects, EMPTY, reading);
    return EMPTY;
  }
  for (const one of assignments) readAssignment(one.name, valueTexts(one, reading, FIRST).join(' '), reading);
  let out: Output | undefined;
  if (spelled(node.name) && node.args.length > 0)
    addHarm(reading.into, harm('SHELL_DYNAMIC_COMMAND', 'HIGH', { inspected: false }), [{ text: node.name.text, glob: false }]);
  for (const picks of picksFor(textOf(node), reading)) {
    const words = wordsOf(node, reading, picks);
    const one = runCall(words, input, assignments.length === 0 ? reading : withPrefix(assignments, reading));
    out = out === undefined ? one : either(out, one);
    rebind(words, reading);
    callFunction(words, input, reading);
  }
  keepRedirected(node.redirects, out ?? EMPTY, reading);
  return out ?? EMPTY;
}

/** `echo 'export PATH=…' >> ~/.bashrc`: what manuals have appended to a shell's start, when it sets nothing that runs. */
function setsUp(node: Command, reading: Reading): boolean {
  const [only, more] = node.redirects;
  if (more !== undefined || only?.type !== 'Redirect' || only.operator !== '>>' || only.target === undefined) return false;
  if (!STARTS.test(only.target.text.replace(/["']/g, ''))) return false;
  if (!/^(?:echo|printf)$/.test(node.name?.text ?? '')) return printsOwnSetUp(node);
  const words = wordsOf(node, reading, FIRST);
  const text = words
    .slice(1)
    .map((word) => word.text)
    .filter((word, at) => at > 0 || !/^-[neE]+$/.test(word))
    .join(' ')
    .replace(/\\n/g, '\n');
  return onlySetsUp(text);
}

/** A function's body with the arguments it is called with. */
function callFunction([name, ...args]: readonly Arg[], stdin: Stream, reading: Reading): void {
  const body = name === undefined ? undefined : reading.functions.get(name.text);
  if (body === undefined || args.length === 0 || reading.depth >= MOST_DEPTH || !afford(reading, body.end - body.pos)) return;
  const called = withArguments(
    args.map(({ text }) => text),
    { ...reading, variables: new Map(reading.variables), depth: reading.depth + 1 },
  );
  walkCompound(body, conditional(called), stdin);
}

function withArguments(args: readonly string[] | undefined, reading: Reading): Reading {
  setVariable(reading, '@', [args ?? [UNKNOWN]]);
  return reading;
}

function textOf({ name, args }: Command): string {
  return `${name?.text ?? ''} ${args.map(({ text }) => text).join(' ')}`;
}

/** `x=… command`: what the command itself runs as shell may see the new value, or the old one. */
function withPrefix(assignments: readonly Assignment[], reading: Reading): Reading {
  const inner = conditional(isolated(reading));
  for (const one of assignments) {
    assign(one, inner);
    inner.exported.add(one.name);
  }
  return inner;
}

/** What `> file` received. */
function keepRedirected(redirects: readonly Redirection[], out: Output, reading: Reading): void {
  for (const redirect of redirects) {
    if (redirect.type !== 'Redirect' || redirect.target === undefined || !redirect.operator.includes('>')) continue;
    keepOutput(redirect.operator, expandJoined(redirect.target, scopeOf(reading, FIRST)), out, reading);
  }
}

function wordsOf(node: Command, reading: Reading, picks: Picks): Arg[] {
  const scope = scopeOf(reading, picks);
  const words = node.name === undefined ? [] : expandWord(node.name, scope);
  let last = { text: node.name?.text ?? '', end: node.name?.end, at: 0 };
  const targets = new Set(node.redirects.map((redirect) => (redirect.type === 'HereDoc' ? undefined : redirect.target?.end)));
  for (const arg of node.args) {
    const fields = arg.type === 'Word' ? expandWord(arg, scope) : [{ text: `${arg.name}=${valueTexts(arg, reading, picks).join(' ')}`, glob: false }];
    if (targets.has(arg.pos)) continue;
    const { at } = last;
    const cut = arg.pos === last.end;
    const whole = cut ? last.text + arg.text : arg.text;
    last = { text: whole, end: arg.end, at: cut ? at : words.length };
    // The parser cuts a word at `<(…)`; for the shell it is one, whose braces nobody has multiplied.
    if (cut && /[{}]/.test(whole.replaceAll('${', ''))) words.splice(at, words.length, { text: UNKNOWN, glob: false });
    else if (cut) glue(words, fields);
    else for (const field of fields) words.push(field);
  }
  return words;
}

function glue(words: Arg[], [first, ...more]: readonly Arg[]): void {
  const before = words.pop();
  if (before !== undefined && first !== undefined)
    words.push({ ...before, ...first, text: before.text + first.text, glob: before.glob || first.glob });
  else if (before !== undefined) words.push(before);
  for (const field of more) words.push(field);
}

function valueTexts(one: Assignment, reading: Reading, picks: Picks): string[] {
  const scope = scopeOf(reading, picks);
  if (one.value.type === 'ArrayValue') return one.value.elements.flatMap((word) => expandWord(word, scope).map((field) => field.text));
  const { text } = expandJoined(one.value, scope);
  return [hasBraces(one.value) ? UNKNOWN : text];
}

/** Braces are not multiplied in an assignment or a here-string; what is inside was read. */
const hasBraces = (word: Word): boolean => word.parts?.some((part) => part.type === 'BraceExpansion') === true;

/** A later assignment replaces an earlier one; on a path that may not be taken it only joins it. */
function assign(one: Assignment, reading: Reading): void {
  const fresh = picksFor(one.text, reading).map((picks) => valueTexts(one, reading, picks));
  readAssignment(one.name, fresh[0]?.join(' ') ?? '', reading);
  if (one.index !== undefined) setVariable(reading, one.name, [[UNKNOWN]]);
  else if (one.append === true) join(reading, one.name, appended(one, reading, fresh));
  else join(reading, one.name, fresh);
}

function appended(one: Assignment, reading: Reading, fresh: Values): Values {
  const olds = reading.variables.get(one.name) ?? [['']];
  if (one.value.type !== 'ArrayValue') return olds.flatMap((old) => fresh.map((value) => [`${old[0] ?? ''}${value.join(' ')}`]));
  // What may be unset is kept as holding nothing: no element, or an empty one.
  return olds.flatMap((old) => fresh.flatMap((value) => (old.join('') === '' ? [[...value], [...old, ...value]] : [[...old, ...value]])));
}

/** Reads what redirections touch; what they put on standard input, if anything. */
function walkRedirects(redirects: readonly Redirection[], reading: Reading, quiet = false): Stream | undefined {
  let input: Stream | undefined;
  const scope = scopeOf(reading, FIRST);
  for (const redirect of redirects) {
    inside(redirect, reading);
    if (redirect.type === 'HereDoc') {
      const quoted = redirect.delimiter?.quoted === true || redirect.body.parts === undefined;
      input = { origin: 'static', text: quoted ? readUnknown(redirect.body.text) : expandParts(redirect.body.parts ?? [], scope), secret: false };
    } else if (redirect.target !== undefined) {
      const target = expandJoined(redirect.target, scope);
      if (redirect.type === 'HereString')
        input = {
          origin: 'static',
          text: `${hasBraces(redirect.target) ? UNKNOWN : target.text}\n`,
          secret: target.secret === true,
          credential: target.credential === true,
          bulk: target.bulk === true,
        };
      else input = readRedirect({ operator: redirect.operator, target, quiet }, reading) ?? input;
    }
  }
  return input;
}

export function scopeOf(reading: Reading, picks: Picks): Scope {
  return {
    variables: reading.variables,
    picks,
    fuel: reading.fuel,
    substitute: (part) => substitute(part, reading),
    afford: (characters) => afford(reading, characters),
    opaque: () => void unreadable(reading, reading.source),
  };
}

/** Every level of nesting is parsed anew, so each pays for its length. */
function afford(reading: Reading, characters: number): boolean {
  return take(reading.steps, characters);
}

function substitute(part: Nested, reading: Reading): Substitution {
  const affordable = reading.depth < MOST_DEPTH && afford(reading, part.end - part.pos);
  const script = affordable ? part.script : undefined;
  if (script === undefined) {
    unreadable(reading, reading.source);
    return { text: UNKNOWN, secret: false, hook: false };
  }
  // A substitution is visited once however often its word is expanded: the reading of its inside does not depend on the pick.
  const known = reading.substituted.get(script);
  if (known !== undefined) return known;
  const out = walkScript(
    script,
    { ...isolated(conditional(reading)), depth: reading.depth + 1 },
    part.operator === '>' ? { origin: 'computed', secret: false } : EMPTY,
  );
  const text = out.text === undefined ? UNKNOWN : out.text.replace(/\n+$/, '');
  const value: Substitution = {
    text,
    secret: out.secret,
    hook: printsSetUp(script),
    ...(out.credential === true ? { credential: true } : {}),
    ...(out.bulk === true ? { bulk: true } : {}),
  };
  reading.substituted.set(script, value);
  return value;
}

const conditional = (reading: Reading): Reading => (reading.conditional ? reading : { ...reading, conditional: true });
