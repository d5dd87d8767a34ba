import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { decide } from '../../src/kernel/decide.ts';
import type { EntryDraft } from '../../src/kernel/entry.ts';
import { fold } from '../../src/kernel/fold.ts';
import type { Policy } from '../../src/kernel/policy.ts';
import { decodeWorld, encodeWorld, worldText } from '../../src/kernel/snapshot.ts';
import type { World } from '../../src/kernel/world.ts';
import { randomCase } from '../oracle/cases.ts';
import { codes, driver } from './driver.ts';
import { action, CONTEXT, DAY, draft, facts, id, manifest, policy, REGISTERED, world } from './samples.ts';

const RUNS = { numRuns: 400 };
const seeds = fc.noShrink(fc.nat());
const image = (now: World): string => JSON.stringify(encodeWorld(now));

function forbid(): never {
  throw new Error('the kernel looked at the clock or threw dice');
}

test('[DEC-1] the kernel runs where time and chance throw, twice the same', () => {
  const kept = { Date: globalThis.Date, random: Math.random, performance: globalThis.performance };
  const cases = Array.from({ length: 200 }, (_, i) => randomCase(i));
  class NoClock extends kept.Date {
    constructor(...args: [] | [number]) {
      if (args.length === 0) forbid();
      super(args[0]);
    }
    static override now = forbid;
  }
  const run = (): string => JSON.stringify(cases.map((one) => decide(one.action, one.world, one.policy, CONTEXT)));
  const before = run();
  try {
    globalThis.Date = NoClock as unknown as DateConstructor;
    Math.random = forbid;
    Object.defineProperty(globalThis, 'performance', { value: { now: forbid }, configurable: true, writable: true });
    assert.equal(run(), before);
    fold(world(), draft('gate-opened', { version: '1', semantics: 1, epoch: 1 }));
  } finally {
    globalThis.Date = kept.Date;
    Math.random = kept.random;
    Object.defineProperty(globalThis, 'performance', { value: kept.performance, configurable: true, writable: true });
  }
});

test('[DEC-1] the kernel imports nothing but itself', () => {
  const root = new URL('../../src/kernel/', import.meta.url);
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(new URL(file, root), 'utf8');
    for (const [, from = ''] of text.matchAll(/from '([^']+)'/g)) {
      assert.ok(from.startsWith('.') && new URL(from, new URL(file, root)).href.startsWith(root.href), `${file} imports ${from}`);
    }
    assert.doesNotMatch(text, /\b(?:async|await|Promise|setTimeout|process\.)\b/, file);
  }
});

test('[DEC-3] the order of voices, findings, paths and budgets changes nothing', () => {
  const shuffle = <T>(list: readonly T[], by: number): T[] =>
    list
      .map((item, i) => ({ item, key: (i * 7919 + by) % 101 }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  fc.assert(
    fc.property(seeds, fc.nat(100), (seed, by) => {
      const { action: one, world: now, policy: rules } = randomCase(seed);
      const turned: Policy = { ...rules, voices: shuffle(rules.voices, by), budgets: shuffle(rules.budgets, by), rates: shuffle(rules.rates, by) };
      const moved = { ...one, findings: shuffle(one.findings, by), facts: { ...one.facts, paths: shuffle(one.facts.paths, by) } };
      assert.deepEqual(decide(moved, now, turned, CONTEXT), decide(one, now, rules, CONTEXT));
    }),
    RUNS,
  );
});

test('[DEC-4] one more denial never widens anything', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { action: one, world: now, policy: rules } = randomCase(seed);
      const voice = { rule: 'rule:no', speak: () => ({ effect: 'deny', code: 'CONDITION', message: 'no' }) as const };
      const decision = decide(one, now, { ...rules, voices: [...rules.voices, voice] }, CONTEXT);
      if (rules.kinds.includes(one.kind) && decision.shadow === undefined) assert.equal(decision.effect, 'deny');
    }),
    RUNS,
  );
});

test('[DEC-11] what a manifest does not declare is denied under every policy around it', () => {
  const { manifests } = policy({}, { manifests: { a1: manifest() } });
  fc.assert(
    fc.property(seeds, fc.string(), (seed, name) => {
      const { world: now, policy: rules, action: one } = randomCase(seed);
      const decision = decide(
        { ...one, agent: id('a1'), session: id('s1'), name: `${name}!` },
        now,
        { ...rules, kinds: ['tool'], auditOnly: false, precision: new Map(), manifests },
        CONTEXT,
      );
      assert.equal(decision.effect, one.kind === 'tool' ? 'deny' : decision.effect);
    }),
    RUNS,
  );
});

test('[DEC-11] paths are held by whole segments', () => {
  const rules = policy({}, { manifests: { a1: manifest({ fs: { read_roots: ['/data', 'src'], write_roots: ['~/out'] } }) } });
  const effect = (path: string, access: string): string =>
    decide(action({ name: 't', facts: facts({ paths: [{ path, access: access as 'read', pointer: '/p' }] }) }), world(), rules, CONTEXT).effect;
  for (const path of ['/data', '/data/a', '/data/b/../a', 'src/x', './src/x']) assert.equal(effect(path, 'read'), 'allow', path);
  for (const path of ['/database', '/data/../etc/passwd', '../src/x', '/src/x', '~/data', 'srcs', '/'])
    assert.equal(effect(path, 'read'), 'deny', path);
  assert.equal(effect('~/out/x', 'write'), 'allow');
  assert.equal(effect('~/output', 'write'), 'deny');
  assert.equal(effect('/data/a', 'unknown'), 'deny');
});

/** The outside cases, restated: who is declared, what was consumed, and what must come of it. */
test('[DEC-11] [SPEND-8] the outside cases of the manifest format hold', () => {
  const ran = (n: number, name: string): string => {
    const declared = manifest({ tools: ['read_file', 'exec', 'model'] });
    const drive = driver(world(), policy({ taint: { quoted: 'deny' } }, { manifests: { a1: declared } }));
    for (let i = 0; i < n; i++) drive.act({ name: 'model', kind: 'model', argsDigest: String(i), claims: { usdMicros: 0 } });
    const decision = drive.act({ name, ...(name === 'exec' ? { facts: facts({ categories: ['shell'], operations: ['execute'] }) } : {}) });
    return `${decision.effect} ${codes(decision)[0] ?? ''}`;
  };
  for (const tool of ['write_file', 'net.post', 'mcp.https', 'fs.write', 'db.write', 'read_file2', 'read'])
    assert.equal(ran(0, tool), 'deny PERMISSION_UNDECLARED', tool);
  assert.equal(ran(3, 'read_file'), 'allow OK');
  assert.equal(ran(23, 'read_file'), 'allow OK');
  assert.equal(ran(24, 'read_file'), 'deny BUDGET_EXCEEDED');
  // Declared, but no program is allowed: the outside case says allow; an empty list of programs allows none.
  assert.equal(ran(0, 'exec'), 'deny EXEC_DENY');
  const calls = driver(world(), policy({}, { manifests: { a1: manifest({ tools: ['read_*'] }) } }));
  const effects = Array.from({ length: 13 }, (_, i) => calls.act({ argsDigest: String(i) }).effect);
  assert.deepEqual(effects.slice(-2), ['allow', 'deny']);
  const late = driver(world(), policy({}, { manifests: { a1: manifest() } }));
  late.at += 119_999;
  assert.equal(late.act({ name: 't' }).effect, 'allow');
  late.at += 1;
  assert.deepEqual(codes(late.act({ name: 't' })), ['BUDGET_EXCEEDED']);
});

test('[DEC-15] fold leaves the old world as it was and survives any entry', () => {
  fc.assert(
    fc.property(
      seeds,
      fc.constantFrom(
        'action-decided',
        'action-settled',
        'approval-granted',
        'lock-granted',
        'session-opened',
        'agent-registered',
        'budget-set',
        'nonsense',
        '__proto__',
        'constructor',
      ),
      fc.jsonValue(),
      (seed, type, body) => {
        const { world: now } = randomCase(seed % 50);
        const before = image(now);
        const next = fold(now, { tenant: 't', at: -5, type, actor: { kind: 'system' }, agent: 'a1', session: 's1', body } as unknown as EntryDraft);
        assert.equal(image(now), before);
        assert.equal(next.size, now.size + 1);
        assert.ok(next.at >= now.at);
      },
    ),
    RUNS,
  );
});

test('[DEC-16] a long life leaves a small world', () => {
  const drive = driver(world(), policy());
  for (let i = 0; i < 12_000; i++) {
    drive.at += 50;
    drive.act({ name: `tool_${String(i)}`, ...(i % 2 === 0 ? { resource: { resource: `wallet:${String(i)}`, slots: 1, ttlMs: 100 } } : {}) });
    drive.settle(`x${String(i + 1)}`);
    const session = `t${String(i)}`;
    if (i % 3 === 0) {
      drive.append(draft('session-opened', { salt: 's' }, { agent: 'a1', session, at: drive.at }));
      drive.append(draft('session-closed', { reason: 'r' }, { session, at: drive.at }));
    }
  }
  const { actions, rates, locks, ledgers, queues, agents } = drive.now;
  assert.ok(actions.size <= 4_100, `actions ${String(actions.size)}`);
  assert.ok(rates.size < 12_000, `rates ${String(rates.size)}`);
  assert.ok(locks.size < 200, `locks ${String(locks.size)}`);
  assert.ok(ledgers.size < 50 && queues.decided.size <= 4_100);
  assert.equal(
    agents.get(id('a1'))?.locks ?? 0,
    [...locks.entries()].reduce((sum, [, lock]) => sum + lock.holders.length, 0),
  );
});

test('[DEC-17] too many violations halt until somebody resumes; revocation survives registering again', () => {
  const drive = driver(world(), policy({ autoHalt: { violations: 2, windowMs: 1_000 }, agents: { a1: { allow: ['ok'], block: ['bad'] } } }));
  drive.act({ name: 'bad' });
  assert.equal(drive.act({ name: 'ok' }).effect, 'allow');
  drive.act({ name: 'bad' });
  assert.equal(drive.act({ name: 'ok' }).effect, 'allow', 'the same call denied again is one denial');
  drive.act({ name: 'bad', argsDigest: 'f'.repeat(64) });
  assert.deepEqual(codes(drive.act({ name: 'ok' })), ['HALTED']);
  drive.append(draft('agent-resumed', { scope: { kind: 'agent', id: id('a1') }, reason: 'seen' }));
  assert.equal(drive.act({ name: 'ok' }).effect, 'allow');
  drive.append(draft('agent-revoked', { agent: id('a1'), reason: 'r' }));
  drive.append(draft('agent-registered', REGISTERED, { agent: 'a1' }));
  drive.append(draft('agent-resumed', { scope: { kind: 'agent', id: id('a1') }, reason: 'no' }));
  assert.deepEqual(codes(drive.act({ name: 'ok' })), ['HALTED']);
});

test('[DEC-18] a world read back is the world that was written', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { world: now, action: one, policy: rules } = randomCase(seed);
      const back = decodeWorld(JSON.parse(image(now)));
      assert.equal(image(back), image(now));
      assert.deepEqual(decide(one, back, rules, CONTEXT), decide(one, now, rules, CONTEXT));
      const entry = draft('session-opened', { salt: 'n' }, { agent: 'a1', session: 'new', at: DAY });
      assert.equal(image(fold(back, entry)), image(fold(now, entry)));
    }),
    RUNS,
  );
  for (const broken of [
    null,
    [],
    {},
    { ...(encodeWorld(world()) as object), version: 2 },
    { ...(encodeWorld(world()) as object), version: 4 },
    { ...(encodeWorld(world()) as object), agents: 7 },
  ]) {
    assert.throws(() => decodeWorld(broken as never), TypeError);
  }
});

test('[DEC-18] a world written piece by piece is the same text, of one moment, whatever is folded in between', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { world: now } = randomCase(seed);
      assert.equal([...worldText(now)].join(''), image(now));
    }),
    RUNS,
  );
  const open = (from: World, n: number): World =>
    fold(from, draft('session-opened', { salt: 's'.repeat(40) }, { agent: 'a1', session: `s${String(n)}`, at: DAY }));
  let now = world();
  for (let n = 0; n < 4_000; n++) now = open(now, n);
  const before = image(now);
  const pieces: string[] = [];
  for (const piece of worldText(now)) {
    pieces.push(piece);
    now = open(now, 4_000 + pieces.length);
  }
  assert.ok(pieces.length > 4);
  assert.equal(pieces.join(''), before);
  assert.notEqual(image(now), before);
});
