import { UNKNOWN } from '../../shell/call.ts';
import type { Node } from '../syntax.ts';
import { kid, split } from '../syntax.ts';
import type { Argument, Expr, Parameter } from '../tree.ts';
import { NOTHING } from '../tree.ts';
import { literalOf, unescape } from './literals.ts';

/** Python expressions in the words of `tree.ts`. `source` is the text the nodes point into. */
export function expression(node: Node | undefined, source: string): Expr {
  if (node === undefined) return NOTHING;
  const read = READERS[node.name];
  if (read !== undefined) return read(node, source);
  return { type: 'several', items: node.kids.map((one) => expression(one, source)) };
}

type Read = (node: Node, source: string) => Expr;

const inside: Read = (node, source) => grouped(node.kids.slice(1, node.kids.at(-1)?.to === node.to && node.kids.length > 1 ? -1 : undefined), source);

/** One expression, or a tuple where commas stand between several. */
export function grouped(nodes: readonly Node[], source: string): Expr {
  const groups = split(nodes, ',');
  const items = groups.map((group) => single(group, source));
  const [only] = items;
  return items.length === 1 && only !== undefined && !nodes.some((node) => node.name === ',') ? only : { type: 'list', items };
}

function single(group: readonly Node[], source: string): Expr {
  const [first, second] = group;
  if (first?.name === '*' || first?.name === '**') return { type: 'spread', of: expression(second, source) };
  if (group.some((node) => node.name === 'for')) return comprehension(group, source);
  return expression(first, source);
}

function comprehension(nodes: readonly Node[], source: string): Expr {
  const at = nodes.findIndex((node) => node.name === 'for' || node.name === 'async');
  const head = nodes.slice(0, at < 0 ? undefined : at);
  const pair = head.findIndex((node) => node.name === ':');
  const item: Expr =
    pair < 0 ? expression(head[0], source) : { type: 'list', items: [expression(head[0], source), expression(head[pair + 1], source)] };
  const loops: { target: Expr; over: Expr }[] = [];
  for (let i = at; i >= 0 && i < nodes.length; i++) {
    if (nodes[i]?.name !== 'for') continue;
    const within = nodes.findIndex((node, j) => j > i && node.name === 'in');
    loops.push({ target: grouped(nodes.slice(i + 1, within < 0 ? undefined : within), source), over: expression(nodes[within + 1], source) });
  }
  return { type: 'each', item, loops };
}

function formatted(node: Node, source: string): Expr {
  const raw = source.slice(node.from, node.to);
  const quote = raw.search(/['"]/);
  const isRaw = raw.slice(0, Math.max(0, quote)).toLowerCase().includes('r');
  const width = /^("""|''')/.test(raw.slice(quote)) ? 3 : 1;
  const plain = (from: number, to: number): Expr => {
    const piece = source.slice(from, to).replaceAll('{{', '{').replaceAll('}}', '}');
    return { type: 'text', text: isRaw ? piece : unescape(piece) };
  };
  const parts: Expr[] = [];
  let at = node.from + quote + width;
  for (const one of node.kids) {
    if (one.name !== 'FormatReplacement') continue;
    if (one.from > at) parts.push(plain(at, one.from));
    parts.push(expression(one.kids[1], source));
    at = one.to;
  }
  const end = Math.max(at, node.to - width);
  if (end > at) parts.push(plain(at, end));
  return { type: 'join', parts };
}

function member(node: Node, source: string): Expr {
  const of = expression(node.kids[0], source);
  const name = kid(node, 'PropertyName');
  if (name !== undefined) return { type: 'member', of, name: source.slice(name.from, name.to) };
  const between = node.kids.slice(2, -1);
  if (!between.some((one) => one.name === ':')) return { type: 'index', of, key: grouped(between, source) };
  const bounds: (Expr | undefined)[] = [undefined];
  for (const one of between) {
    if (one.name === ':') bounds.push(undefined);
    else bounds[bounds.length - 1] = expression(one, source);
  }
  return { type: 'slice', of, bounds };
}

export function argumentsOf(list: Node | undefined, source: string): Argument[] {
  if (list === undefined) return [];
  const inner = list.kids.filter((one) => one.name !== '(' && one.name !== ')');
  return split(inner, ',').map((group): Argument => {
    const [first, second] = group;
    if (first?.name === 'VariableName' && second?.name === 'AssignOp')
      return { name: source.slice(first.from, first.to), value: expression(group[2], source) };
    return { value: single(group, source) };
  });
}

export function parametersOf(list: Node | undefined, source: string): Parameter[] {
  if (list === undefined) return [];
  const inner = list.kids.filter((one) => one.name !== '(' && one.name !== ')');
  return split(inner, ',').flatMap((group): Parameter[] => {
    const rest = group[0]?.name === '*' || group[0]?.name === '**';
    const name = group.find((one) => one.name === 'VariableName');
    if (name === undefined) return [];
    const at = group.findIndex((one) => one.name === 'AssignOp');
    return [
      {
        target: { type: 'name', name: source.slice(name.from, name.to) },
        ...(rest ? { rest } : {}),
        otherwise: at < 0 ? undefined : expression(group[at + 1], source),
      },
    ];
  });
}

/** Left operands are gone down in a loop: a long sum is deep only on that side. */
function binary(node: Node, source: string): Expr {
  const operators: { operator: string; right: Expr }[] = [];
  let at: Node | undefined = node;
  while (at?.name === 'BinaryExpression') {
    const operator: Node | undefined = at.kids[1];
    operators.push({ operator: operator === undefined ? '' : source.slice(operator.from, operator.to), right: expression(at.kids.at(-1), source) });
    at = at.kids[0];
  }
  let left = expression(at, source);
  for (const { operator, right } of operators.reverse())
    left = operator === 'or' || operator === 'and' ? { type: 'either', options: [left, right] } : { type: 'binary', operator, left, right };
  return left;
}

function list(node: Node, source: string): Expr {
  const items = node.kids.slice(1, node.kids.at(-1)?.to === node.to ? -1 : undefined);
  if (items.some((one) => one.name === 'for')) return comprehension(items, source);
  return { type: 'list', items: split(items, ',').map((group) => single(group, source)) };
}

const number: Read = (node, source) => {
  const value = Number(source.slice(node.from, node.to).replaceAll('_', ''));
  return Number.isFinite(value) ? { type: 'number', value } : { type: 'text', text: UNKNOWN };
};

const text: Read = (node, source) => {
  const { text: value, bytes } = literalOf(source.slice(node.from, node.to));
  return bytes ? { type: 'text', text: value, bytes } : { type: 'text', text: value };
};

const READERS: Readonly<Record<string, Read>> = {
  VariableName: (node, source) => ({ type: 'name', name: source.slice(node.from, node.to) }),
  String: text,
  FormatString: formatted,
  ContinuedString: (node, source) => {
    const parts = node.kids.map((one) => expression(one, source));
    const [first] = parts;
    return parts.every((one) => one.type === 'text')
      ? { type: 'text', text: parts.map((one) => one.text).join(''), ...(first?.type === 'text' && first.bytes === true ? { bytes: true } : {}) }
      : { type: 'join', parts };
  },
  Number: number,
  Boolean: (node, source) => ({ type: 'flag', value: source.slice(node.from, node.to) === 'True' }),
  None: () => NOTHING,
  MemberExpression: member,
  CallExpression: (node, source) => ({
    type: 'call',
    callee: expression(node.kids[0], source),
    args: argumentsOf(kid(node, 'ArgList'), source),
  }),
  ParenthesizedExpression: inside,
  TupleExpression: list,
  ArrayExpression: list,
  SetExpression: list,
  ArrayComprehensionExpression: inside,
  SetComprehensionExpression: inside,
  DictionaryComprehensionExpression: inside,
  ComprehensionExpression: inside,
  DictionaryExpression: (node, source) => ({
    type: 'map',
    entries: split(node.kids.slice(1, -1), ',').map((group) =>
      group[0]?.name === '**'
        ? { key: undefined, value: expression(group[1], source) }
        : { key: expression(group[0], source), value: expression(group[2], source) },
    ),
  }),
  BinaryExpression: binary,
  UnaryExpression: (node, source) => {
    const of = expression(node.kids.at(-1), source);
    return source.slice(node.from, node.from + 1) === '-' ? { type: 'minus', of } : { type: 'several', items: [of] };
  },
  ConditionalExpression: (node, source) => {
    const [yes, , test, , no] = node.kids;
    return {
      type: 'several',
      items: [expression(test, source), { type: 'either', options: [expression(yes, source), expression(no, source)] }],
      last: true,
    };
  },
  LambdaExpression: (node, source) => ({
    type: 'function',
    parameters: parametersOf(kid(node, 'ParamList'), source),
    body: [{ type: 'return', value: expression(node.kids.at(-1), source) }],
  }),
  NamedExpression: (node, source) => ({ type: 'assign', target: expression(node.kids[0], source), value: expression(node.kids.at(-1), source) }),
  AwaitExpression: (node, source) => expression(node.kids.at(-1), source),
  YieldExpression: (node, source) => expression(node.kids.at(-1), source),
};
