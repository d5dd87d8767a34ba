import type { Node } from '../syntax.ts';
import { kid, parse } from '../syntax.ts';
import type { Expr, Program, Statement } from '../tree.ts';
import { NOTHING } from '../tree.ts';
import type { Source } from './expressions.ts';
import { at, expression, functionOf, pattern } from './expressions.ts';

/** JavaScript code in the words of `tree.ts`. Throws `TooDeep` only. */
export function readJavaScript(text: string): Program {
  const root = parse('javascript', text);
  let broken = false;
  const source: Source = { text, block: (node) => (node === undefined ? [] : node.kids.flatMap((one) => statement(one, source))) };
  const body = root.kids.flatMap((one) => {
    if (one.name === '⚠') broken = true;
    return statement(one, source);
  });
  return { body, broken };
}

const run = (value: Expr): Statement => ({ type: 'run', value });

function statement(node: Node, source: Source): Statement[] {
  switch (node.name) {
    case 'ExpressionStatement':
      return node.kids.filter((one) => one.name !== ';').map((one) => run(expression(one, source)));
    case 'VariableDeclaration':
      return declared(node, source);
    case 'ImportDeclaration':
      return imports(node, source);
    case 'ReturnStatement':
      return [
        {
          type: 'return',
          value: expression(
            node.kids.find((one) => one.name !== 'return' && one.name !== ';'),
            source,
          ),
        },
      ];
    case 'FunctionDeclaration': {
      const name = kid(node, 'VariableDefinition');
      return [{ type: 'define', name: name === undefined ? '' : at(name, source), function: functionOf(node, source), decorated: [] }];
    }
    case 'ClassDeclaration':
      return [classOf(node, source)];
    case 'ForStatement':
      return loop(node, source);
    case 'WhileStatement':
    case 'DoStatement':
      return [{ type: 'loop', body: node.kids.flatMap((one) => inner(one, source)) }];
    case 'IfStatement':
      return branches(node, source);
    case 'TryStatement': {
      const [tried, ...rest] = node.kids.filter((one) => one.name !== 'try');
      return [...(tried === undefined ? [] : source.block(tried)), { type: 'branch', bodies: rest.map((one) => source.block(kid(one, 'Block'))) }];
    }
    case 'SwitchStatement': {
      const test = expression(node.kids[1], source);
      return [run(test), { type: 'branch', bodies: [source.block(kid(node, 'SwitchBody')), []] }];
    }
    default:
      return inner(node, source);
  }
}

/** A statement, or an expression that stands where one may. */
function inner(node: Node, source: Source): Statement[] {
  if (/Expression$|^(?:VariableName|Number|String|TemplateString|ArrowFunction|DynamicImport)$/.test(node.name))
    return [run(expression(node, source))];
  if (/Statement$|Declaration$/.test(node.name) && KNOWN.has(node.name)) return statement(node, source);
  return node.kids.flatMap((one) => inner(one, source));
}

const KNOWN = new Set(
  'ExpressionStatement VariableDeclaration ImportDeclaration ReturnStatement FunctionDeclaration ClassDeclaration ForStatement WhileStatement DoStatement IfStatement TryStatement SwitchStatement'.split(
    ' ',
  ),
);

function declared(node: Node, source: Source): Statement[] {
  const out: Statement[] = [];
  let target: Expr | undefined;
  let given = false;
  for (const one of node.kids) {
    if (/Definition$|Pattern$/.test(one.name)) target = pattern(one, source);
    else if (one.name === 'Equals') given = true;
    else if (one.name === ',' || one.name === ';') given = false;
    else if (given && target !== undefined) {
      out.push({ type: 'assign', target, value: expression(one, source) });
      given = false;
    }
  }
  return out;
}

function imports(node: Node, source: Source): Statement[] {
  const from = kid(node, 'String');
  if (from === undefined) return [];
  const path = at(from, source).slice(1, -1);
  const out: Statement[] = [];
  const bind = (name: string, module: string): void => {
    out.push({ type: 'assign', target: { type: 'name', name }, value: { type: 'module', path: module } });
  };
  for (const one of node.kids) {
    if (one.name === 'VariableDefinition') bind(at(one, source), path);
    if (one.name !== 'ImportGroup') continue;
    let original = '';
    for (const part of one.kids) {
      if (part.name === 'VariableName' || part.name === 'String') original = at(part, source).replace(/['"]/g, '');
      else if (part.name === 'VariableDefinition') {
        bind(at(part, source), `${path}.${original === '' ? at(part, source) : original}`);
        original = '';
      }
    }
  }
  return out;
}

function classOf(node: Node, source: Source): Statement {
  const name = kid(node, 'VariableDefinition');
  const body = (kid(node, 'ClassBody')?.kids ?? []).flatMap((one): Statement[] => {
    const named = kid(one, 'PropertyDefinition');
    const key = named === undefined ? '' : at(named, source);
    if (one.name === 'MethodDeclaration') return [{ type: 'define', name: key, function: functionOf(one, source), decorated: [] }];
    if (one.name !== 'PropertyDeclaration') return [];
    const equals = one.kids.findIndex((part) => part.name === 'Equals');
    return [{ type: 'assign', target: { type: 'name', name: key }, value: equals < 0 ? NOTHING : expression(one.kids[equals + 1], source) }];
  });
  return { type: 'class', name: name === undefined ? '' : at(name, source), bases: [], body };
}

function loop(node: Node, source: Source): Statement[] {
  const spec = kid(node, 'ForOfSpec', 'ForInSpec', 'ForSpec');
  const body = node.kids.filter((one) => one !== spec).flatMap((one) => inner(one, source));
  if (spec === undefined) return [{ type: 'loop', body }];
  if (spec.name === 'ForSpec')
    return [
      ...spec.kids.filter((one) => one.name === 'VariableDeclaration').flatMap((one) => declared(one, source)),
      { type: 'loop', body: [...spec.kids.flatMap((one) => (one.name === 'VariableDeclaration' ? [] : inner(one, source))), ...body] },
    ];
  const word = spec.kids.findIndex((one) => one.name === 'of' || one.name === 'in');
  const target = spec.kids[word - 1];
  const over = expression(spec.kids[word + 1], source);
  return [
    {
      type: 'loop',
      target: target === undefined ? NOTHING : pattern(target, source),
      over: spec.name === 'ForOfSpec' ? over : { type: 'several', items: [over] },
      body,
    },
  ];
}

function branches(node: Node, source: Source): Statement[] {
  const test = kid(node, 'ParenthesizedExpression');
  const bodies = node.kids.filter((one) => one !== test && one.name !== 'if' && one.name !== 'else').map((one) => statement(one, source));
  return [run(expression(test, source)), { type: 'branch', bodies: bodies.length > 1 ? bodies : [...bodies, []] }];
}
