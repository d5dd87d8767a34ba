import type { Node } from '../syntax.ts';
import { kid, parse, split } from '../syntax.ts';
import type { Expr, Program, Statement } from '../tree.ts';

import { argumentsOf, expression, grouped, parametersOf } from './expressions.ts';

/** Python code in the words of `tree.ts`. Throws `TooDeep` only. */
export function readPython(source: string): Program {
  const root = parse('python', source);
  const state = { source, broken: false };
  const body = root.kids.flatMap((node) => statement(node, state));
  return { body, broken: state.broken || root.kids.some((node) => node.name === '⚠') };
}

interface State {
  readonly source: string;
  broken: boolean;
}

function block(node: Node | undefined, state: State): Statement[] {
  return node === undefined ? [] : node.kids.flatMap((one) => statement(one, state));
}

const isExpression = ({ name }: Node): boolean =>
  name.endsWith('Expression') || name === 'VariableName' || name === 'FormatString' || name === 'ContinuedString';

const run = (value: Expr): Statement => ({ type: 'run', value });

function statement(node: Node, state: State): Statement[] {
  const { source } = state;
  switch (node.name) {
    case 'ExpressionStatement':
      return node.kids.map((one) => run(expression(one, source)));
    case 'AssignStatement':
      return assignment(node, source);
    case 'UpdateStatement':
      return update(node, source);
    case 'ImportStatement':
      return imports(node, source);
    case 'ReturnStatement':
      return [{ type: 'return', value: grouped(node.kids.slice(1), source) }];
    case 'FunctionDefinition':
      return [define(node, [], state)];
    case 'ClassDefinition':
      return [classOf(node, state)];
    case 'DecoratedStatement':
      return decorated(node, state);
    case 'WithStatement':
      return withStatement(node, state);
    case 'ForStatement':
      return [loop(node, state)];
    case 'WhileStatement':
      return [run(expression(node.kids[1], source)), { type: 'loop', body: block(kid(node, 'Body'), state) }];
    case 'IfStatement':
    case 'TryStatement':
    case 'MatchStatement':
      return branches(node, state);
    case '⚠':
      state.broken = true;
      return [];
    case ':':
      return [];
    default:
      return node.kids.flatMap((one) => (isExpression(one) ? [run(expression(one, source))] : statement(one, state)));
  }
}

function assignment(node: Node, source: string): Statement[] {
  const groups = split(node.kids, 'AssignOp').map((group) => group.filter((one) => one.name !== 'TypeDef'));
  const last = groups.at(-1);
  if (last === undefined || groups.length < 2) return [];
  const value = grouped(last, source);
  return groups.slice(0, -1).map((group): Statement => ({ type: 'assign', target: grouped(group, source), value }));
}

function update(node: Node, source: string): Statement[] {
  const at = node.kids.findIndex((one) => one.name === 'UpdateOp');
  const operator = node.kids[at];
  if (operator === undefined) return [];
  const target = grouped(node.kids.slice(0, at), source);
  const right = grouped(node.kids.slice(at + 1), source);
  return [{ type: 'assign', target, value: { type: 'binary', operator: source.slice(operator.from, operator.to - 1), left: target, right } }];
}

function imports(node: Node, source: string): Statement[] {
  const words = node.kids.map((one) => source.slice(one.from, one.to));
  const from = words[0] === 'from';
  const at = words.indexOf('import');
  const module = from ? words.slice(1, at).join('') : '';
  const rest = words.slice(at + 1).filter((word) => word !== '(' && word !== ')');
  if (rest[0] === '*') return [{ type: 'import-all', module }];
  const groups: string[][] = [[]];
  for (const word of rest) {
    if (word === ',') groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return groups.flatMap((group): Statement[] => {
    const as = group.indexOf('as');
    const path = group.slice(0, as < 0 ? undefined : as).join('');
    if (path === '') return [];
    const name = as < 0 ? (from ? path : (path.split('.')[0] ?? path)) : (group[as + 1] ?? path);
    const full = from ? `${module}.${path}` : as < 0 ? (path.split('.')[0] ?? path) : path;
    return [{ type: 'assign', target: { type: 'name', name }, value: { type: 'module', path: full } }];
  });
}

function define(node: Node, decorators: readonly Expr[], state: State): Statement {
  const name = kid(node, 'VariableName');
  return {
    type: 'define',
    name: name === undefined ? '' : state.source.slice(name.from, name.to),
    function: { type: 'function', parameters: parametersOf(kid(node, 'ParamList'), state.source), body: block(kid(node, 'Body'), state) },
    decorated: decorators,
  };
}

function classOf(node: Node, state: State): Statement {
  const name = kid(node, 'VariableName');
  return {
    type: 'class',
    name: name === undefined ? '' : state.source.slice(name.from, name.to),
    bases: argumentsOf(kid(node, 'ArgList'), state.source).map(({ value }) => value),
    body: block(kid(node, 'Body'), state),
  };
}

function decorated(node: Node, state: State): Statement[] {
  const decorators = node.kids
    .filter((one) => one.name === 'Decorator')
    .map((one): Expr => {
      // A dotted name and its call stand side by side here.
      const names = one.kids.filter((inner) => inner.name === 'VariableName');
      const callee = names
        .slice(1)
        .reduce<Expr>((of, next) => ({ type: 'member', of, name: state.source.slice(next.from, next.to) }), expression(names[0], state.source));
      const list = kid(one, 'ArgList');
      return list === undefined ? callee : { type: 'call', callee, args: argumentsOf(list, state.source) };
    });
  return node.kids.flatMap((one): Statement[] => {
    if (one.name === 'FunctionDefinition') return [define(one, decorators, state)];
    if (one.name === 'ClassDefinition') return [...decorators.map(run), classOf(one, state)];
    return [];
  });
}

function withStatement(node: Node, state: State): Statement[] {
  const head = node.kids.filter((one) => !['with', 'async', 'Body', '(', ')'].includes(one.name));
  const opened = split(head, ',').map((group): Statement => {
    const as = group.findIndex((one) => one.name === 'as');
    const value = expression(group[0], state.source);
    return as < 0 ? run(value) : { type: 'assign', target: grouped(group.slice(as + 1), state.source), value };
  });
  return [...opened, ...block(kid(node, 'Body'), state)];
}

function loop(node: Node, state: State): Statement {
  const at = node.kids.findIndex((one) => one.name === 'for');
  const within = node.kids.findIndex((one) => one.name === 'in');
  const body = node.kids.findIndex((one) => one.name === 'Body');
  return {
    type: 'loop',
    target: grouped(node.kids.slice(at + 1, within), state.source),
    over: grouped(node.kids.slice(within + 1, body), state.source),
    body: node.kids.filter((one) => one.name === 'Body').flatMap((one) => block(one, state)),
  };
}

/** Tests run in any case, one of the bodies does, and of a `try` several may. */
function branches(node: Node, state: State): Statement[] {
  const { source } = state;
  const tests: Statement[] = [];
  const bodies: Statement[][] = [];
  for (const one of node.kids) {
    if (one.name === 'Body') bodies.push(block(one, state));
    else if (one.name === 'MatchBody') bodies.push(...one.kids.map((clause) => block(kid(clause, 'Body'), state)));
    else if (isExpression(one)) tests.push(run(expression(one, source)));
  }
  if (node.name === 'TryStatement') {
    const [tried = [], ...rest] = bodies;
    return [...tried, { type: 'branch', bodies: rest }];
  }
  return [...tests, { type: 'branch', bodies: node.kids.some((one) => one.name === 'else') ? bodies : [...bodies, []] }];
}
