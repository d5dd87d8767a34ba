import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { checkPolicy } from '../../src/policy/compile.ts';
import type { FaultCode } from '../../src/policy/fault.ts';
import { compiled, document, faults, files, HEAD_LINES } from './samples.ts';

/** One fault each: the rest of the document, its code, and where (line within the rest, column). */
const BAD: readonly (readonly [string, FaultCode, number?, number?])[] = [
  ['defualt: ask', 'UNKNOWN_KEY', 1, 1],
  ['agents: { bot: { alow: [a] } }', 'UNKNOWN_KEY', 1, 18],
  ['agents: { "no spaces": {} }', 'BAD_FORMAT', 1, 11],
  ['detectors: { sqll: block }', 'UNKNOWN_KEY', 1, 14],
  ['detectors: { sql: blok }', 'UNKNOWN_VALUE', 1, 19],
  ['detectors: { sql: { threshold: 1.5 } }', 'OUT_OF_RANGE', 1, 32],
  ['detectors: { sql: { deny: HIGH, ask: CRITICAL } }', 'UNREACHABLE', 1, 38],
  ['precision: { "*": { allowCategories: [databse] } }', 'UNKNOWN_VALUE', 1, 39],
  ['kinds: [tools]', 'UNKNOWN_VALUE', 1, 9],
  ['kinds: []', 'EMPTY', 1, 8],
  ['taint: { sinks: [mail] }', 'UNKNOWN_VALUE', 1, 18],
  ['audit_only: yes', 'WRONG_TYPE', 1, 13],
  ['budgets: [{ scope: agent, usd: .nan }]', 'NOT_FINITE', 1, 32],
  ['budgets: [{ scope: agent, usd: .inf }]', 'NOT_FINITE', 1, 32],
  ['budgets: [{ scope: agent, usd: 1e400 }]', 'NOT_FINITE', 1, 32],
  ['budgets: [{ scope: agent, usd: -1 }]', 'OUT_OF_RANGE', 1, 32],
  ['budgets: [{ scope: agent, usd: "10" }]', 'WRONG_TYPE', 1, 32],
  ['budgets: [{ scope: agent, usd: 0.0000001 }]', 'OUT_OF_RANGE', 1, 32],
  ['budgets: [{ scope: agent, toolCalls: 1.5 }]', 'OUT_OF_RANGE', 1, 38],
  ['budgets: [{ scope: agent, tokens: 1e300 }]', 'OUT_OF_RANGE', 1, 35],
  ['budgets: [{ scope: agent }]', 'EMPTY', 1, 11],
  ['budgets: [{ usd: 1 }]', 'MISSING_KEY', 1, 11],
  ['budgets: [{ scope: session, period: day, usd: 1 }]', 'CONTRADICTION', 1, 37],
  ['budgets: [{ id: a, scope: agent, usd: 1 }, { id: a, scope: agent, usd: 2 }]', 'DUPLICATE_ID', 1, 50],
  ['rates: [{ scope: agent }]', 'EMPTY', 1, 9],
  ['rates: [{ scope: agent, perMinute: 0 }]', 'OUT_OF_RANGE', 1, 36],
  ['intents: { blocked: ["(a"] }', 'REGEX_INVALID', 1, 22],
  ['intents: { blocked: ["(a)\\\\1"] }', 'REGEX_INVALID', 1, 22],
  ['intents: { priorityFloors: [{ pattern: "(?=a)", min: 3 }] }', 'REGEX_INVALID', 1, 40],
  ['agents: { bot: { allow: [pay], block: [pay] } }', 'CONTRADICTION', 1, 26],
  ['agents: { bot: { allow: [pay_all], block: ["pay_*"] } }', 'CONTRADICTION', 1, 26],
  ['agents: { bot: { block: ["*"] } }', 'BARE_WILDCARD', 1, 26],
  ['manifests: [a.json]', 'FILE_MISSING', 1, 13],
  ['rules: [{ id: Bad Id, when: "true", effect: deny }]', 'BAD_FORMAT', 1, 15],
  ['rules: [{ id: r, when: "", effect: deny }]', 'EMPTY', 1, 24],
  ['rules: [{ id: r, when: "  ", effect: deny }]', 'EMPTY', 1, 24],
  ['rules: [{ id: r, effect: deny }]', 'MISSING_KEY', 1, 9],
  ['rules: [{ id: r, when: action.name == "a", effect: forbid }]', 'UNKNOWN_VALUE', 1, 52],
  ['rules: [{ id: r, when: action.name == "a", effect: deny, reason: { code: HALTED, message: m } }]', 'CODE_RESERVED', 1, 74],
  ['rules: [{ id: r, when: action.name == "a", effect: deny, reason: { code: lower, message: m } }]', 'BAD_FORMAT', 1, 74],
  ['rules: [{ id: r, when: action.name == "a", effect: modify }]', 'CONTRADICTION', 1, 52],
  ['rules: [{ id: r, when: action.name == "a", effect: deny, set: { x: 1 } }]', 'CONTRADICTION', 1, 52],
  ['rules:\n  - id: r\n    when: action.name ==\n    effect: deny', 'CEL_SYNTAX', 3, 25],
  ['rules:\n  - id: r\n    when: action.nmae == "a"\n    effect: deny', 'CEL_TYPE', 3, 18],
  ['rules:\n  - id: r\n    when: "action.name == 3"\n    effect: deny', 'CEL_TYPE', 3, 12],
  ['rules:\n  - id: r\n    when: >-\n      action.nmae == "a"\n    effect: deny', 'CEL_TYPE', 4, 14],
  ['rules: [{ id: r, when: actions.name == "a", effect: deny }]', 'CEL_TYPE', 1, 24],
  ['rules: [{ id: r, when: action.name, effect: deny }]', 'CEL_TYPE', 1, 24],
  ['rules: [{ id: r, when: action.category == "flie", effect: deny }]', 'UNKNOWN_VALUE', 1, 43],
  ['rules: [{ id: r, when: \'"shel" in action.categories\', effect: deny }]', 'UNKNOWN_VALUE', 1, 25],
  ['rules: [{ id: r, when: \'action.operation in ["delete", "remove"]\', effect: deny }]', 'UNKNOWN_VALUE', 1, 56],
  ['rules: [{ id: r, when: \'action.findings.exists(f, f.detector == "sqll")\', effect: deny }]', 'UNKNOWN_VALUE', 1, 65],
  ['rules: [{ id: r, when: \'action.name.matches("(a")\', effect: deny }]', 'REGEX_INVALID', 1, 45],
  ['rules: [{ id: r, when: action.name.matches(action.agent), effect: deny }]', 'REGEX_INVALID', 1, 44],
  ['rules: [{ id: r, when: \'action.name.re2find("a")\', effect: deny }]', 'CEL_TYPE', 1],
  ["rules: [{ id: r, when: 'action.paths.exists(a, action.paths.exists(b, action.paths.exists(c, c == a + b)))', effect: deny }]", 'CEL_COST', 1],
  ['rules: [{ id: r, when: "false", effect: deny }]', 'UNREACHABLE', 1, 24],
  ['rules: [{ id: r, when: "1 == 2", effect: deny }]', 'UNREACHABLE', 1, 24],
  ['rules: [{ id: r, when: action.name == "a" && action.name == "b", effect: deny }]', 'UNREACHABLE', 1, 24],
  ['rules:\n  - { id: a, when: action.name == "x", effect: deny }\n  - { id: b, when: "action.name  ==  \'x\'", effect: ask }', 'UNREACHABLE', 3],
  ['rules:\n  - { id: a, when: action.name == "x", effect: ask }\n  - { id: b, when: action.name == "x", effect: deny }', 'UNREACHABLE', 2],
  ['rules:\n  - { id: a, when: "true", effect: deny }\n  - { id: b, when: action.name == "x", effect: ask }', 'UNREACHABLE', 3],
  ['rules:\n  - { id: a, when: action.name == "x", effect: ask }\n  - { id: a, when: action.name == "y", effect: ask }', 'DUPLICATE_ID', 3, 11],
  ['intents: { blockedAgents: [bad] }\nrules: [{ id: r, when: action.agent == "bad", effect: ask }]', 'UNREACHABLE', 2],
  ['agents: { bot: { block: [wire] } }\nrules: [{ id: r, when: action.agent == "bot" && action.name == "wire", effect: ask }]', 'UNREACHABLE', 2],
  ['budgets: &x [{ scope: agent, usd: 1 }]\nrates: *x', 'ALIAS', 2, 8],
  ['default: deny', 'DUPLICATE_KEY', 1, 1],
  ['rules: [{ id: r, when: action.name == "a", effect: modify, set: { x: .nan } }]', 'NOT_FINITE', 1],
  ['rules: [{ id: r, when: action.name == "a", effect: modify, set: { x: [1e400] } }]', 'NOT_FINITE', 1],
  ['rules: [{ id: r, when: "action.name == \'\\ud800\'", effect: deny }]', 'BAD_FORMAT', 1],
  ['? [a, b]\n: 1', 'WRONG_TYPE'],
  ['agents: { bot: { allow: [a }', 'YAML_SYNTAX'],
  ['---\nmore: 1', 'YAML_SYNTAX'],
];

for (const [rest, code, line, column] of BAD)
  test(`[POLICY-1] ${code}: ${rest.slice(0, 70).replaceAll('\n', ' ')}`, async () => {
    const found = await faults(document(rest));
    const fault = found.find((one) => one.code === code);
    assert.ok(fault, JSON.stringify(found));
    assert.notEqual(fault.hint, '');
    if (line !== undefined) assert.equal(fault.line, line + HEAD_LINES, JSON.stringify(fault));
    if (column !== undefined) assert.equal(fault.column, column, JSON.stringify(fault));
  });

test('[POLICY-2] every fault is reported, in reading order', async () => {
  const found = await faults(
    document(
      'detectors: { sqll: block }\nrules:\n  - { id: a, when: action.nmae == "x", effect: ask }\n  - { id: a, when: "action.name.matches(\'(\')", effect: ask }\nkinds: [x]',
    ),
  );
  assert.deepEqual(
    found.map((fault) => fault.code),
    ['UNKNOWN_KEY', 'CEL_TYPE', 'DUPLICATE_ID', 'REGEX_INVALID', 'UNKNOWN_VALUE'],
  );
  assert.deepEqual(
    found.map((fault) => fault.path),
    ['/detectors/sqll', '/rules/0/when', '/rules/1/id', '/rules/1/when', '/kinds/0'],
  );
});

test('[POLICY-2] a mistyped word gets the word that was meant', async () => {
  const [fault] = await faults(document('detectors: { sql: blok }'));
  assert.equal(fault?.hint, 'Did you mean `block`?');
});

test('[POLICY-3] whatever the text, the check answers and never throws', async () => {
  const hostile = [
    '',
    ' ',
    '\0',
    '[',
    '['.repeat(100_000),
    '{a: '.repeat(5_000),
    `a: ${'x'.repeat(2_000_000)}`,
    'a: !!js/function x',
    '<<: {}',
    '\ufeff',
    '%YAML 9.9\n---\na: 1',
  ];
  for (const text of hostile) assert.equal(checkPolicy(text, files({})).ok, false, text.slice(0, 20));
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map(
      (key, i) =>
        `${key}: &${key} [${Array(9)
          .fill(`*${'abcdefg'[i] ?? ''}`)
          .join()}]`,
    ),
  ].join('\n');
  assert.equal(
    (await faults(bomb)).some((fault) => fault.code === 'ALIAS'),
    true,
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...':-[]{}"\'&*!|>#%@ \n\tabc019.,?<='.split('')), maxLength: 200 }),
      (text) => !checkPolicy(document(`${text}\nzz: 1`), files({})).ok,
    ),
    { numRuns: 300 },
  );
});

test('[POLICY-3] keys every object inherits are keys like any other', async () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const [fault] = await faults(document(`${key}: { polluted: true }`));
    assert.equal(fault?.code, 'UNKNOWN_KEY', key);
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  const policy = await compiled(document('agents: { constructor: { allow: [a] } }'));
  assert.deepEqual([...policy.agents.keys()], ['constructor']);
});

test('[POLICY-4] the digest is of the meaning, not of the spelling', async () => {
  const one = await compiled(document('audit_only: true\nbudgets: [{ scope: agent, usd: 1 }]'));
  const same = await compiled(document('# a comment\nbudgets:\n  - usd: 1.0\n    scope: "agent"\naudit_only: true'));
  const other = await compiled(document('audit_only: true\nbudgets: [{ scope: agent, usd: 2 }]'));
  assert.equal(one.digest, same.digest);
  assert.notEqual(one.digest, other.digest);
  assert.match(one.digest, /^[0-9a-f]{64}$/);
});

test('[POLICY-6] the guards are on when a document does not name them, and the lists are empty', async () => {
  const policy = await compiled(document(''));
  assert.equal(policy.detectors.size, 13);
  for (const rule of policy.detectors.values()) assert.deepEqual(rule, { deny: 'CRITICAL', ask: 'HIGH', threshold: 0, redact: false });
  assert.equal(policy.taint.quoted, 'ask');
  assert.deepEqual(policy.loops, { identical: { max: 5, windowMs: 60_000 }, sequences: true, noProgress: 3, effect: 'ask' });
  assert.deepEqual(policy.autoHalt, { violations: 3, windowMs: 3_600_000 });
  assert.deepEqual([policy.approvals.aboveUsdMicros, policy.approvals.confidenceBelow, policy.approvals.timeoutMs], [5_000_000, 0.7, 300_000]);
  assert.deepEqual([policy.budgets, policy.rates, policy.models, policy.voices], [[], [], [], []]);
  assert.deepEqual(policy.obligations, { timeoutMs: 30_000, maxOutputBytes: 1_048_576 });
});

test('[POLICY-6] shorthand and full form of a detector say the same', async () => {
  const policy = await compiled(
    document('detectors: { sql: ask, pii: redact, url: off, path: { deny: off }, shell: { effect: ask, threshold: 0.9 } }'),
  );
  assert.deepEqual(policy.detectors.get('sql'), { deny: null, ask: 'HIGH', threshold: 0, redact: false });
  assert.deepEqual(policy.detectors.get('pii'), { deny: null, ask: null, threshold: 0, redact: true });
  assert.deepEqual(policy.detectors.get('url'), { deny: null, ask: null, threshold: 0, redact: false });
  assert.deepEqual(policy.detectors.get('path'), { deny: null, ask: 'HIGH', threshold: 0, redact: false });
  assert.deepEqual(policy.detectors.get('shell'), { deny: null, ask: 'HIGH', threshold: 0.9, redact: false });
});

test('[POLICY-6] money is whole micro-dollars', async () => {
  const policy = await compiled(document('budgets: [{ scope: agent, usd: 0.1 }, { scope: session, usd: 2.500001 }]'));
  assert.deepEqual(
    policy.budgets.map((budget) => budget.limit.usdMicros),
    [100_000, 2_500_001],
  );
});

for (const name of ['default', 'strict', 'locked'])
  test(`[POLICY-6] the shipped policy ${name} compiles`, async () => {
    const text = readFileSync(new URL(`../../policies/${name}.yaml`, import.meta.url), 'utf8');
    const policy = await compiled(text);
    assert.equal(policy.name, name);
    assert.equal(policy.fallback, { default: 'allow', strict: 'ask', locked: 'deny' }[name]);
  });
