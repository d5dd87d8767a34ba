import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { readPython } from '../../../src/inspect/code/python/statements.ts';
import type { Expr, Statement } from '../../../src/inspect/code/tree.ts';
import { fc } from '../../random.ts';

const NAMES = ['a', 'os', 'run', 'self', 'x1', '_y', 'Path'] as const;
const name = fc.constantFrom(...NAMES);
const TEXTS = [
  `'a'`,
  `"b c"`,
  `'it\\'s'`,
  `"\\x41\\n"`,
  `r'\\d'`,
  `b'\\x00z'`,
  `'''q "w" '''`,
  `"a" 'b'`,
  `u'é'`,
  `"\\u00e9\\101"`,
  `"""line\nline"""`,
  `rb'\\x'`,
] as const;

const { expression } = fc.letrec<{ expression: string; argument: string; call: string }>((tie) => ({
  call: fc
    .tuple(
      fc.oneof(
        name,
        fc.tuple(name, name).map((two) => two.join('.')),
        fc.tuple(name, name, name).map((three) => three.join('.')),
      ),
      fc.array(tie('argument'), { maxLength: 3 }),
    )
    .map(
      ([callee, given]) =>
        `${callee}(${given
          .toSorted((a, b) => Number(/^\w+=/.test(a)) - Number(/^\w+=/.test(b)))
          .filter((one, i, all) => !/^\w+=/.test(one) || all.findIndex((other) => other.split('=')[0] === one.split('=')[0]) === i)
          .join(', ')})`,
    ),
  argument: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('expression'),
    fc.tuple(fc.constantFrom('shell', 'check', 'mode'), tie('expression')).map(([key, value]) => `${key}=${value}`),
  ),
  expression: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.constantFrom(...TEXTS),
    name,
    fc.constantFrom('1', '0x1f', 'True', 'None', '-2'),
    tie('call'),
    fc.tuple(tie('expression'), fc.constantFrom('+', '%', '==', 'and', 'or', 'in'), tie('expression')).map((all) => `(${all.join(' ')})`),
    fc.array(tie('expression'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a}, ${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([key, value]) => `{${key}: ${value}}`),
    fc.tuple(tie('call'), name, tie('expression')).map(([call, target, over]) => `[${call} for ${target} in ${over} if ${target}]`),
    tie('call').map((call) => `(lambda z: ${call})`),
    fc.tuple(tie('call'), name).map(([call, attribute]) => `${call}.${attribute}()`),
    fc.tuple(name, tie('call')).map(([of, key]) => `${of}[${key}]`),
    tie('call').map((call) => `f"x{${/["'\\\n]/.test(call) ? 'a(run)' : call}!r:>4}y"`),
    fc.tuple(tie('call'), tie('expression'), tie('call')).map(([a, b, c]) => `(${a} if ${b} else ${c})`),
  ),
}));

const simple = fc.oneof(
  expression,
  fc.tuple(name, expression).map(([target, value]) => `${target} = ${value}`),
  fc.tuple(name, expression).map(([target, value]) => `${target} += ${value}`),
  fc.tuple(name, name, expression).map(([a, b, value]) => `${a}, ${b} = ${value}`),
  fc.tuple(name, expression).map(([target, value]) => `${target}: int = ${value}`),
  fc.tuple(name, name).map(([module, as]) => `import ${module} as ${as}`),
  fc.tuple(name, name).map(([module, inner]) => `import ${module}.${inner}, ${inner}`),
  fc.tuple(name, name, name).map(([module, one, as]) => `from ${module} import ${one} as ${as}, ${one}`),
  fc.tuple(name, name).map(([module, one]) => `from .${module} import (${one},\n  run)`),
  expression.map((value) => `assert ${value}, ${value}`),
  expression.map((value) => `del x1[${value}]`),
  expression.map((value) => `raise ValueError(${value})`),
);

const indented = (block: string): string =>
  block
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
/** Lines inside of a text must not move. */
const flat = (block: string): boolean => !block.includes('"""line');

const { block } = fc.letrec<{ block: string; statement: string }>((tie) => ({
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 4 }).map((all) => all.join('\n')),
  statement: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    simple,
    fc.tuple(simple, simple).map(([a, b]) => `${a}; ${b}`),
    fc
      .tuple(expression, tie('block').filter(flat), tie('block').filter(flat))
      .map(([test_, yes, no]) => `if ${test_}:\n${indented(yes)}\nelif ${test_}:\n${indented(no)}\nelse:\n${indented(yes)}`),
    fc.tuple(name, expression, tie('block').filter(flat)).map(([target, over, body]) => `for ${target} in ${over}:\n${indented(body)}`),
    fc.tuple(expression, tie('block').filter(flat)).map(([test_, body]) => `while ${test_}:\n${indented(body)}`),
    fc.tuple(expression, name, tie('block').filter(flat)).map(([value, as, body]) => `with ${value} as ${as}:\n${indented(body)}`),
    fc
      .tuple(tie('block').filter(flat), tie('block').filter(flat))
      .map(([a, b]) => `try:\n${indented(a)}\nexcept (A, B) as e:\n${indented(b)}\nfinally:\n${indented(a)}`),
    fc
      .tuple(name, expression, tie('block').filter(flat))
      .map(([called, otherwise, body]) => `def ${called}(p, q=${otherwise}, *r, **s):\n${indented(body)}\n    return ${otherwise}`),
    fc.tuple(name, tie('block').filter(flat)).map(([called, body]) => `@a.${called}("x")\nclass ${called}(B):\n${indented(body)}`),
    fc.tuple(name, tie('block').filter(flat)).map(([called, body]) => `async def ${called}():\n${indented(body)}\n    await ${called}(1)`),
  ),
}));

interface Seen {
  readonly imports: [string, string][];
  readonly calls: [string, string[], string[]][];
}

function ours(source: string): Seen & { readonly broken: boolean } {
  const imports: [string, string][] = [];
  const calls: [string, string[], string[]][] = [];
  const dotted = (expr: Expr): string => (expr.type === 'name' ? expr.name : expr.type === 'member' ? `${dotted(expr.of)}.${expr.name}` : '?');
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Expr | Statement;
    if (node.type === 'assign' && node.value.type === 'module' && node.target.type === 'name') imports.push([node.target.name, node.value.path]);
    if (node.type === 'call')
      calls.push([
        dotted(node.callee),
        node.args.flatMap((one) => (one.name === undefined && one.value.type === 'text' ? [one.value.text] : [])),
        node.args.flatMap((one) => (one.name === undefined ? [] : [one.name])),
      ]);
    Object.values(node).forEach(visit);
  };
  const program = readPython(source);
  visit(program.body);
  return { imports, calls, broken: program.broken };
}

const keys = (all: readonly unknown[]): string[] => [...new Set(all.map((one) => JSON.stringify(one)))].sort();

test('[INSPECT-112] held against CPython’s ast on generated programs, every import and every call with its texts is seen', () => {
  const sources = [...new Set(fc.sample(block, { seed: 20_261_201, numRuns: 320 }))];
  const answer = spawnSync('python3', [new URL('reference.py', import.meta.url).pathname], {
    input: JSON.stringify(sources),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  assert.equal(answer.status, 0, `python3 is needed for this test. ${answer.stderr}`);
  const theirs = JSON.parse(answer.stdout) as Seen[];
  const differ = sources.flatMap((source, i) => {
    const { imports, calls, broken } = ours(source);
    const reference = theirs[i];
    const same =
      !broken &&
      reference !== undefined &&
      keys(imports).join() === keys(reference.imports).join() &&
      keys(calls).join() === keys(reference.calls).join();
    return same
      ? []
      : [
          {
            source,
            broken,
            ours: keys(calls),
            theirs: keys(reference?.calls ?? []),
            imports: keys(imports),
            theirImports: keys(reference?.imports ?? []),
          },
        ];
  });
  assert.deepEqual(differ.slice(0, 3), [], `${String(differ.length)} of ${String(sources.length)} differ`);
});
