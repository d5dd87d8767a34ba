import { UNKNOWN } from '../../shell/call.ts';
import { unescape } from '../python/literals.ts';
import type { Node } from '../syntax.ts';
import { kid, split } from '../syntax.ts';
import type { Argument, Expr, Parameter, Statement } from '../tree.ts';
import { NOTHING } from '../tree.ts';

/** Reads the statements of a function's body; given, because statements and expressions each need the other. */
export interface Source {
  readonly text: string;
  readonly block: (node: Node | undefined) => Statement[];
}

export const at = (node: Node, { text }: Source): string => text.slice(node.from, node.to);

/** JavaScript and TypeScript expressions in the words of `tree.ts`. */
export function expression(node: Node | undefined, source: Source): Expr {
  if (node === undefined) return NOTHING;
  const read = READERS[node.name];
  if (read !== undefined) return read(node, source);
  return { type: 'several', items: node.kids.map((one) => expression(one, source)) };
}

type Read = (node: Node, source: Source) => Expr;

const last: Read = (node, source) => expression(node.kids.at(-1), source);

export function argumentsOf(list: Node | undefined, source: Source): Argument[] {
  if (list === undefined) return [];
  const inner = list.kids.filter((one) => one.name !== '(' && one.name !== ')');
  return split(inner, ',').map((group) => ({ value: element(group, source) }));
}

function element(group: readonly Node[], source: Source): Expr {
  return group[0]?.name === 'Spread' ? { type: 'spread', of: expression(group[1], source) } : expression(group.at(-1), source);
}

function template(node: Node, source: Source): Expr {
  const parts: Expr[] = [];
  let from = node.from + 1;
  const plain = (to: number): void => {
    if (to > from) parts.push({ type: 'text', text: unescape(source.text.slice(from, to)) });
  };
  for (const one of node.kids) {
    if (one.name !== 'Interpolation') continue;
    plain(one.from);
    parts.push(expression(one.kids[1], source));
    from = one.to;
  }
  plain(source.text.charAt(node.to - 1) === '`' ? node.to - 1 : node.to);
  return { type: 'join', parts };
}

function member(node: Node, source: Source): Expr {
  const of = expression(node.kids[0], source);
  const name = kid(node, 'PropertyName', 'PrivatePropertyName');
  if (name !== undefined) return { type: 'member', of, name: at(name, source) };
  const open = node.kids.findIndex((one) => one.name === '[');
  return { type: 'index', of, key: expression(node.kids[open + 1], source) };
}

function object(node: Node, source: Source): Expr {
  const entries = node.kids
    .filter((one) => one.name === 'Property')
    .map((one) => {
      const [first, second] = one.kids;
      if (first?.name === 'Spread') return { key: undefined, value: expression(second, source) };
      const computed = first?.name === '[';
      const name = kid(one, 'PropertyDefinition', 'String', 'Number');
      const key: Expr = computed
        ? expression(second, source)
        : name === undefined
          ? NOTHING
          : name.name === 'PropertyDefinition'
            ? { type: 'text', text: at(name, source) }
            : expression(name, source);
      if (kid(one, 'ParamList') !== undefined) return { key, value: functionOf(one, source) };
      const colon = one.kids.findIndex((inner) => inner.name === ':');
      if (colon >= 0) return { key, value: expression(one.kids[colon + 1], source) };
      return { key, value: name === undefined ? NOTHING : ({ type: 'name', name: at(name, source) } as const) };
    });
  return { type: 'map', entries };
}

export function functionOf(node: Node, source: Source): Extract<Expr, { type: 'function' }> {
  const parameters = parametersOf(kid(node, 'ParamList'), source);
  const body = kid(node, 'Block');
  if (body !== undefined) return { type: 'function', parameters, body: source.block(body) };
  return { type: 'function', parameters, body: [{ type: 'return', value: last(node, source) }] };
}

function parametersOf(list: Node | undefined, source: Source): Parameter[] {
  if (list === undefined) return [];
  const inner = list.kids.filter((one) => one.name !== '(' && one.name !== ')' && one.name !== 'TypeAnnotation' && one.name !== 'Optional');
  return split(inner, ',').flatMap((group): Parameter[] => {
    const rest = group[0]?.name === 'Spread';
    const target = group[rest ? 1 : 0];
    const equals = group.findIndex((one) => one.name === 'Equals');
    if (target === undefined) return [];
    return [
      {
        target: pattern(target, source),
        ...(rest ? { rest } : {}),
        otherwise: equals < 0 ? undefined : expression(group[equals + 1], source),
      },
    ];
  });
}

/** What is assigned to: names, members, arrays and objects of them (a map whose values are targets). */
export function pattern(node: Node, source: Source): Expr {
  switch (node.name) {
    case 'VariableDefinition':
      return { type: 'name', name: at(node, source) };
    case 'ArrayPattern':
      return {
        type: 'list',
        items: split(node.kids.slice(1, -1), ',').map((group): Expr => {
          const [first, second] = group;
          if (first === undefined) return NOTHING;
          return first.name === 'Spread' && second !== undefined ? { type: 'spread', of: pattern(second, source) } : pattern(first, source);
        }),
      };
    case 'ObjectPattern':
      return { type: 'map', entries: node.kids.filter((one) => one.name === 'PatternProperty').map((one) => property(one, source)) };
    default:
      return expression(node, source);
  }
}

function property(node: Node, source: Source): { readonly key: Expr | undefined; readonly value: Expr } {
  const [first, second] = node.kids;
  if (first?.name === 'Spread') return { key: undefined, value: second === undefined ? NOTHING : pattern(second, source) };
  const colon = node.kids.findIndex((one) => one.name === ':');
  const key: Expr =
    first === undefined
      ? NOTHING
      : first.name === '['
        ? expression(second, source)
        : first.name === 'String'
          ? expression(first, source)
          : { type: 'text', text: at(first, source) };
  const target = colon < 0 ? first : node.kids[colon + 1];
  return { key, value: target === undefined ? NOTHING : pattern(target, source) };
}

/** Left operands are gone down in a loop: a long sum is deep only on that side. */
function binary(node: Node, source: Source): Expr {
  const operators: { operator: string; right: Expr }[] = [];
  let left: Node | undefined = node;
  while (left?.name === 'BinaryExpression') {
    const operator: Node | undefined = left.kids[1];
    operators.push({ operator: operator === undefined ? '' : at(operator, source), right: expression(left.kids.at(-1), source) });
    left = left.kids[0];
  }
  let of = expression(left, source);
  for (const { operator, right } of operators.reverse())
    of =
      operator === '||' || operator === '&&' || operator === '??'
        ? { type: 'either', options: [of, right] }
        : { type: 'binary', operator, left: of, right };
  return of;
}

const text: Read = (node, source) => {
  const raw = at(node, source);
  return { type: 'text', text: unescape(raw.slice(1, raw.length > 1 && raw.endsWith(raw.charAt(0)) ? -1 : undefined)) };
};

const READERS: Readonly<Record<string, Read>> = {
  VariableName: (node, source) => ({ type: 'name', name: at(node, source) }),
  VariableDefinition: (node, source) => ({ type: 'name', name: at(node, source) }),
  this: () => ({ type: 'name', name: 'this' }),
  String: text,
  TemplateString: template,
  Number: (node, source) => {
    const value = Number(at(node, source).replaceAll('_', ''));
    return Number.isFinite(value) ? { type: 'number', value } : { type: 'text', text: UNKNOWN };
  },
  BooleanLiteral: (node, source) => ({ type: 'flag', value: at(node, source) === 'true' }),
  MemberExpression: member,
  CallExpression: (node, source) => ({ type: 'call', callee: expression(node.kids[0], source), args: argumentsOf(kid(node, 'ArgList'), source) }),
  NewExpression: (node, source) => ({ type: 'call', callee: expression(node.kids[1], source), args: argumentsOf(kid(node, 'ArgList'), source) }),
  TaggedTemplateExpression: (node, source) => ({
    type: 'call',
    callee: expression(node.kids[0], source),
    args: [{ value: expression(node.kids.at(-1), source) }],
    template: true,
  }),
  DynamicImport: (node, source) => ({
    type: 'call',
    callee: { type: 'name', name: 'import' },
    args: node.kids.slice(2, 3).map((one) => ({ value: expression(one, source) })),
  }),
  ParenthesizedExpression: (node, source) => expression(node.kids[1], source),
  ArrayExpression: (node, source) => ({ type: 'list', items: split(node.kids.slice(1, -1), ',').map((group) => element(group, source)) }),
  ObjectExpression: object,
  BinaryExpression: binary,
  UnaryExpression: (node, source) => {
    const of = last(node, source);
    return source.text.charAt(node.from) === '-' ? { type: 'minus', of } : node.kids[0]?.name === 'await' ? of : { type: 'several', items: [of] };
  },
  AwaitExpression: last,
  ConditionalExpression: (node, source) => {
    const [test, , yes, , no] = node.kids;
    return {
      type: 'several',
      items: [expression(test, source), { type: 'either', options: [expression(yes, source), expression(no, source)] }],
      last: true,
    };
  },
  ArrowFunction: functionOf,
  FunctionExpression: functionOf,
  AssignmentExpression: assignment,
  SequenceExpression: (node, source) => ({
    type: 'several',
    items: node.kids.filter((one) => one.name !== ',').map((one) => expression(one, source)),
    last: true,
  }),
};

function assignment(node: Node, source: Source): Expr {
  const [left, operator] = node.kids;
  const target = left === undefined ? NOTHING : pattern(left, source);
  const value = last(node, source);
  const sign = operator === undefined ? '' : at(operator, source);
  if (sign === '=') return { type: 'assign', target, value };
  const bare = sign.slice(0, -1);
  const both: Expr = /^(\|\||&&|\?\?)$/.test(bare)
    ? { type: 'either', options: [target, value] }
    : { type: 'binary', operator: bare, left: target, right: value };
  return { type: 'assign', target, value: both };
}
