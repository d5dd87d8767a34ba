import { parse } from 'unbash';
import type { Assignment, Command, CommandNode, CompoundList, PipelineNode, Redirection, Script, Statement, SyntaxNode, Word } from 'unbash';
import { forEachChild } from 'unbash';
import type { Arg, Stream } from './call.ts';
import { UNKNOWN, harm } from './call.ts';
import { addHarm } from './collect.ts';
import { expandJoined, expandParts, expandWord } from './expand.ts';
import type { Nested, Scope, Substitution } from './expand.ts';
import { callsItself } from './forkbomb.ts';
import type { Reading } from './reading.ts';
import { EMPTY, MOST_DEPTH, unreadable } from './reading.ts';
import { printsSetUp } from './setup.ts';
import { runCall } from './run.ts';
import { keep } from './written.ts';
import { readAssignment, readRedirect } from './effects.ts';

/** What a stretch of shell leaves on its standard output. */
type Output = Stream;

/** Reads a text as shell. A text that does not parse is still walked as far as it goes, and said to be opaque. */
export function walkText(text: string, reading: Reading, stdin: Stream = EMPTY): Output {
  if (reading.depth >= MOST_DEPTH || text.length > reading.budget.left) return unreadable(reading, text);
  reading.budget.left -= text.length;
  if (text.trim() === UNKNOWN) return unreadable(reading, text);
  if (isRefused(text)) return EMPTY;
  const script = parse(text.replaceAll(UNKNOWN, '$0'));
  const inner: Reading = { ...reading, depth: reading.depth + 1, source: text };
  return walkScript(script, inner, stdin);
}

/** One plain line that ends in a redirection without a target: every shell refuses it whole and runs nothing. */
const isRefused = (text: string): boolean => text.length < 200 && /^[^\n;&|$`"'\\()]*[<>]\s*$/.test(text) && !text.includes(UNKNOWN);

export function walkScript(script: Script & { readonly errors?: readonly unknown[] | undefined }, reading: Reading, stdin: Stream): Output {
  if ((script.errors?.length ?? 0) > 0) unreadable(reading, reading.source);
  return walkStatements(script.commands, reading, stdin);
}

function walkStatements(statements: readonly Statement[], reading: Reading, stdin: Stream): Output {
  let out: Output = EMPTY;
  for (const statement of statements) out = join(out, walkNode(statement.command, reading, stdin));
  return out;
}

function walkNode(node: PipelineNode | Statement['command'], reading: Reading, stdin: Stream): Output {
  if (node.type === 'AndOr') {
    let out: Output = EMPTY;
    for (const [index, command] of node.commands.entries()) {
      const inner = index === 0 ? reading : conditional(reading);
      out = join(out, walkNode(command, inner, stdin));
    }
    return out;
  }
  if (node.type === 'Pipeline') {
    let stream = stdin;
    for (const command of node.commands) stream = walkCommand(command, conditional(reading), stream);
    return stream;
  }
  return walkCommand(node, reading, stdin);
}

function walkCommand(node: CommandNode, reading: Reading, stdin: Stream): Output {
  switch (node.type) {
    case 'Command':
      return walkSimple(node, reading, stdin);
    case 'Function':
      if (callsItself(node))
        addHarm(reading.into, harm('SHELL_FORK_BOMB', 'CRITICAL', { operation: 'execute' }), [
          { text: `${node.name.value}() calls itself twice`, glob: false },
        ]);
      reading.functions.add(node.name.value);
      return walkCompound(node.body, conditional(reading), EMPTY);
    case 'Coproc':
      return node.body.type === 'Command' ? walkSimple(node.body, reading, stdin) : walkCompound(node.body, reading, stdin);
    case 'Redirected': {
      const input = walkRedirects(node.redirects, reading) ?? stdin;
      return walkCompound(node.command, reading, input);
    }
    default:
      return walkCompound(node, reading, stdin);
  }
}

type Compound = Exclude<CommandNode, Command> | CompoundList;

function walkCompound(node: Compound, reading: Reading, stdin: Stream): Output {
  const inner = conditional(reading);
  switch (node.type) {
    case 'Subshell':
    case 'BraceGroup':
      return walkStatements(node.body.commands, reading, stdin);
    case 'CompoundList':
      return walkStatements(node.commands, reading, stdin);
    case 'If': {
      let out = walkStatements(node.clause.commands, reading, stdin);
      out = join(out, walkStatements(node.then.commands, inner, stdin));
      for (const branch of node.elif) {
        walkStatements(branch.clause.commands, inner, stdin);
        out = join(out, walkStatements(branch.then.commands, inner, stdin));
      }
      return node.else === undefined ? out : join(out, walkStatements(node.else.commands, inner, stdin));
    }
    case 'While':
      walkStatements(node.clause.commands, inner, stdin);
      return walkStatements(node.body.commands, inner, stdin);
    case 'For':
    case 'Select':
      bindLoop(node.name.value, node.wordlist, reading);
      return walkStatements(node.body.commands, inner, stdin);
    case 'ArithmeticFor':
      return walkStatements(node.body.commands, inner, stdin);
    case 'Case': {
      expandWord(node.word, scopeOf(reading, 0));
      let out: Output = EMPTY;
      for (const item of node.items) out = join(out, walkStatements(item.body.commands, inner, stdin));
      return out;
    }
    case 'Redirected':
    case 'Function':
    case 'Coproc':
      return walkCommand(node, reading, stdin);
    default:
      substitutionsIn(node, reading);
      return EMPTY;
  }
}

/** `[[ … ]]` and `(( … ))` run nothing but the substitutions inside them. */
function substitutionsIn(node: SyntaxNode, reading: Reading): void {
  forEachChild(node, (child) => {
    if (child.type === 'CommandExpansion' || child.type === 'ProcessSubstitution' || child.type === 'ArithmeticCommandExpansion')
      substitute(child, reading);
    else substitutionsIn(child, reading);
  });
}

function bindLoop(name: string, words: readonly Word[] | undefined, reading: Reading): void {
  if (words === undefined) {
    setVariable(reading, name, [[UNKNOWN]]);
    return;
  }
  const fields = words.flatMap((word) => expandWord(word, scopeOf(reading, 0)));
  const values = fields.slice(0, MOST_VALUES).map((field) => [field.text]);
  if (fields.length > MOST_VALUES) values.push([UNKNOWN]);
  setVariable(reading, name, values.length === 0 ? [[UNKNOWN]] : values);
}

function setVariable(reading: Reading, name: string, values: readonly (readonly string[])[]): void {
  reading.variables.set(name, values);
  if (values.length > 1) reading.several.add(name);
  else reading.several.delete(name);
}

const MOST_VALUES = 4;

function walkSimple(node: Command, reading: Reading, stdin: Stream): Output {
  const input = walkRedirects(node.redirects, reading) ?? stdin;
  const assignments = node.prefix.filter((part): part is Assignment => part.type === 'Assignment');
  if (node.name === undefined) {
    for (const one of assignments) assign(one, reading);
    if (assignments.length === 0) keepRedirected(node.redirects, EMPTY, reading);
    return EMPTY;
  }
  for (const one of assignments) readAssignment(one.name, valueTexts(one, reading, 0).join(' '), reading);
  let out: Output | undefined;
  const passes = passesOf(node, reading);
  for (let pick = 0; pick < passes; pick++) {
    const words = wordsOf(node, reading, pick);
    const one = runCall(words, input, reading);
    out = out === undefined ? one : join(out, one);
  }
  keepRedirected(node.redirects, out ?? EMPTY, reading);
  return out ?? EMPTY;
}

/** What `> file` received; nothing but a redirection empties the file. */
function keepRedirected(redirects: readonly Redirection[], out: Output, reading: Reading): void {
  for (const redirect of redirects) {
    if (redirect.type !== 'Redirect' || redirect.target === undefined || !redirect.operator.includes('>')) continue;
    const target = expandJoined(redirect.target, scopeOf(reading, 0));
    keep(target.text, out, reading);
    if (out.origin === 'none' && redirect.operator === '>')
      addHarm(
        reading.into,
        harm('SHELL_TRUNCATE', /^\/(var\/log|etc)\//.test(target.text) ? 'HIGH' : 'MEDIUM', {
          operation: 'delete',
          category: 'file',
          target: target.text,
        }),
        [target],
      );
  }
}

/** How many readings a command needs so that every value its variables may hold is seen once. */
function passesOf(node: Command, reading: Reading): number {
  let most = 1;
  if (reading.several.size === 0) return most;
  for (const name of reading.several) {
    if (!node.name?.text.includes(name) && !node.args.some((arg) => arg.text.includes(name))) continue;
    most = Math.max(most, reading.variables.get(name)?.length ?? 1);
  }
  return Math.min(most, MOST_VALUES + 1);
}

function wordsOf(node: Command, reading: Reading, pick: number): Arg[] {
  const scope = scopeOf(reading, pick);
  const words = node.name === undefined ? [] : expandWord(node.name, scope);
  for (const arg of node.args) {
    if (arg.type === 'Word') for (const field of expandWord(arg, scope)) words.push(field);
    else words.push({ text: `${arg.name}=${valueTexts(arg, reading, pick).join(' ')}`, glob: false });
  }
  return words;
}

function valueTexts(one: Assignment, reading: Reading, pick: number): string[] {
  const scope = scopeOf(reading, pick);
  if (one.value.type === 'ArrayValue') return one.value.elements.flatMap((word) => expandWord(word, scope).map((field) => field.text));
  return [expandJoined(one.value, scope).text];
}

/** A later assignment replaces an earlier one; on a path that may not be taken it only joins it. */
function assign(one: Assignment, reading: Reading): void {
  const fresh = valueTexts(one, reading, 0);
  readAssignment(one.name, fresh.join(' '), reading);
  const old = reading.variables.get(one.name);
  let value: readonly (readonly string[])[] = [fresh];
  if (one.index !== undefined) value = [[UNKNOWN]];
  else if (one.append === true)
    value = [one.value.type === 'ArrayValue' ? [...(old?.[0] ?? []), ...fresh] : [`${old?.[0]?.[0] ?? ''}${fresh.join(' ')}`]];
  else if (old !== undefined && reading.conditional) value = [...old, fresh];
  if (value.length > MOST_VALUES) value = [...value.slice(0, MOST_VALUES), [UNKNOWN]];
  setVariable(reading, one.name, value);
}

/** Reads what redirections touch; what they put on standard input, if anything. */
function walkRedirects(redirects: readonly Redirection[], reading: Reading): Stream | undefined {
  let input: Stream | undefined;
  const scope = scopeOf(reading, 0);
  for (const redirect of redirects) {
    if (redirect.type === 'HereDoc') {
      const quoted = redirect.delimiter?.quoted === true || redirect.body.parts === undefined;
      input = { origin: 'static', text: quoted ? redirect.body.text : expandParts(redirect.body.parts ?? [], scope), secret: false };
    } else if (redirect.target !== undefined) {
      const target = expandJoined(redirect.target, scope);
      if (redirect.type === 'HereString') input = { origin: 'static', text: `${target.text}\n`, secret: target.secret === true };
      else input = readRedirect(redirect.operator, target, reading) ?? input;
    }
  }
  return input;
}

export function scopeOf(reading: Reading, pick: number): Scope {
  return {
    variables: reading.variables,
    pick,
    fuel: reading.fuel,
    substitute: (part) => substitute(part, reading),
    afford: (characters) => afford(reading, characters),
  };
}

/** Every level of nesting is parsed anew, so each pays for its length. */
function afford(reading: Reading, characters: number): boolean {
  reading.budget.left -= characters;
  return reading.budget.left >= 0;
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
  const out = walkScript(script, { ...conditional(reading), depth: reading.depth + 1 }, EMPTY);
  const text = out.text === undefined ? UNKNOWN : out.text.replace(/\n+$/, '');
  const value = { text, secret: out.secret, hook: printsSetUp(script) };
  reading.substituted.set(script, value);
  return value;
}

const conditional = (reading: Reading): Reading => (reading.conditional ? reading : { ...reading, conditional: true });

/** Output of two commands one after the other: static only while both are. */
function join(first: Output, second: Output): Output {
  if (first.origin === 'none') return second;
  if (second.origin === 'none') return first;
  const secret = first.secret || second.secret;
  const origin = WORST.find((one) => first.origin === one || second.origin === one) ?? 'computed';
  if (first.text === undefined || second.text === undefined || first.text.length > 65_536) return { origin, secret };
  return { origin, secret, text: `${first.text}\n${second.text}` };
}

const WORST = ['remote', 'decoded', 'computed', 'file', 'static'] as const;
