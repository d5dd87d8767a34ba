import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { decide } from '../src/kernel/decide.ts';
import type { Digest, Print } from '../src/kernel/ids.ts';
import type { Policy } from '../src/kernel/policy.ts';
import type { World } from '../src/kernel/world.ts';
import { compilePolicy } from '../src/policy/compile.ts';
import { driver } from '../test/kernel/driver.ts';
import { action, CONTEXT, draft, facts, policy, world } from '../test/kernel/samples.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';

const RULES = 100;
const SAMPLES = 20_000;
const ROUNDS = 5;

const require = createRequire(import.meta.url);

/**
 * A whole document with one hundred CEL rules, none of which matches, and every built-in rule at work. `named` rules each name a tool, as the
 * peers' rules do; the others have to be evaluated every one.
 */
async function hundredRules(kind: 'named' | 'open'): Promise<Policy> {
  const condition = (i: number): string =>
    kind === 'named'
      ? `action.name == "tool_${String(i)}" && action.args.amount > 1000`
      : `has(action.args.amount) && action.args.amount > ${String(1_000 + i)}`;
  const rule = (i: number): string =>
    `  - { id: r${String(i)}, when: '${condition(i)}', effect: deny, reason: { code: OVER_LIMIT, message: over the limit } }`;
  const text = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: bench }
default: allow
rules:
${Array.from({ length: RULES }, (_, i) => rule(i)).join('\n')}
budgets: [{ scope: agent, period: day, usd: 10 }, { scope: session, usd: 2.5, toolCalls: 200 }]
rates: [{ scope: agent, tool: "*", perMinute: 120 }]
loops: { identical: { max: 5, windowMs: 60000 }, sequences: true, noProgress: 3 }
approvals: { above: { usd: 5 }, confidenceBelow: 0.7, intents: [withdraw_funds, delete_resource] }
`;
  const compiled = await compilePolicy(text, () => ({ ok: false, message: 'nothing outside' }) as never);
  if (!compiled.ok) throw new Error(`the policy of the benchmark does not compile: ${JSON.stringify(compiled.faults)}`);
  return compiled.policy;
}

const CALL = action({
  name: 'tool_42',
  args: { amount: 50, to: 'ann' },
  claims: { usdMicros: 1_000, confidence: 0.9, intent: 'pay the invoice' },
  facts: facts({ categories: ['payment'], operations: ['pay'] }),
  traces: [
    { pointer: '/to', authority: 'recipient', whole: 'print7', parts: [] },
    { pointer: '/amount', authority: 'amount', whole: 'unknown', parts: [] },
  ],
});

/** Microseconds per call, one sample per call. */
function timed(run: () => unknown): Float64Array {
  for (let i = 0; i < 2_000; i++) run();
  const samples = new Float64Array(SAMPLES);
  for (let i = 0; i < SAMPLES; i++) {
    const start = process.hrtime.bigint();
    run();
    samples[i] = Number(process.hrtime.bigint() - start) / 1_000;
  }
  return samples;
}

/** Calls per second over a run long enough to average, best of none: each round counts. */
function throughput(run: () => unknown, calls: number): number {
  for (let i = 0; i < Math.min(calls, 200); i++) run();
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return calls / ((performance.now() - start) / 1_000);
}

function microsoft(): () => unknown {
  const { PolicyEngine } = require('@microsoft/agent-governance-sdk') as {
    PolicyEngine: new () => { loadPolicy(policy: unknown): void; evaluatePolicy(agent: string, context: unknown): { allowed: boolean } };
  };
  const engine = new PolicyEngine();
  const rules = Array.from({ length: RULES }, (_, i) => ({
    name: `r${String(i)}`,
    condition: `tool_name == 'tool_${String(i)}' and amount > 1000`,
    ruleAction: 'deny',
    priority: i,
  }));
  engine.loadPolicy({ name: 'bench', scope: 'global', agents: ['*'], agent: '*', rules, default_action: 'allow' });
  return () => {
    if (!engine.evaluatePolicy('a1', { tool_name: 'tool_42', amount: 50 }).allowed) throw new Error('the peer decides otherwise');
  };
}

async function cedar(): Promise<() => unknown> {
  const wasm = await import('@cedar-policy/cedar-wasm/nodejs');
  const forbids = Array.from(
    { length: RULES },
    (_, i) => `forbid (principal, action == Action::"tool_${String(i)}", resource) when { context.amount > 1000 };`,
  );
  const answer = wasm.preparsePolicySet('bench', { staticPolicies: ['permit (principal, action, resource);', ...forbids].join('\n') });
  if (answer.type !== 'success') throw new Error('the peer does not take the policy');
  const call = {
    principal: { type: 'Agent', id: 'a1' },
    action: { type: 'Action', id: 'tool_42' },
    resource: { type: 'Tool', id: 'x' },
    context: { amount: 50 },
    preparsedPolicySetId: 'bench',
    entities: [],
  };
  return () => {
    const result = wasm.statefulIsAuthorized(call);
    if (result.type !== 'success' || result.response.decision !== 'allow') throw new Error('the peer decides otherwise');
  };
}

function against(peer: string, ours: readonly number[], theirs: readonly number[]): Figure {
  const mine = Float64Array.from(ours);
  const other = Float64Array.from(theirs);
  const ratio = quantile(mine, 0.5) / quantile(other, 0.5);
  return {
    name: `decide/throughput-100-rules vs ${peer}`,
    unit: '1/s',
    n: ours.length,
    median: Math.round(quantile(mine, 0.5)),
    peer: `${peer}: ${String(Math.round(quantile(other, 0.5)))}/s`,
    ratio: Math.round(ratio * 10) / 10,
    goal: '≥ 10 × the peer',
    holds: ratio >= 10,
  };
}

/** The median of the rounds' medians, so that one disturbed round does not speak for all; p99 of every sample there is. */
function latency(name: string, run: () => unknown, goal: { p50: number; p99: number }): Figure {
  const medians: number[] = [];
  const all = new Float64Array(SAMPLES * ROUNDS);
  for (let round = 0; round < ROUNDS; round++) {
    const samples = timed(run);
    all.set(samples, round * SAMPLES);
    medians.push(quantile(samples, 0.5));
  }
  const median = quantile(Float64Array.from(medians), 0.5);
  const p99 = quantile(all, 0.99);
  const goalText = `p50 ≤ ${String(goal.p50)} µs, p99 ≤ ${String(goal.p99)} µs`;
  return { name, unit: 'µs', n: SAMPLES * ROUNDS, median, p99, goal: goalText, holds: median <= goal.p50 && p99 <= goal.p99 };
}

function listed(tools: number): { readonly now: World; readonly rules: Policy } {
  const all = Array.from({ length: tools }, (_, i) => `listed_${String(i)}`);
  const lists = {
    allow: ['tool_42', ...all],
    review: all.map((name) => `r_${name}`),
    block: all.map((name) => `b_${name}`),
  };
  return { now: world(), rules: policy({ agents: { a1: lists } }) };
}

function flatness(): Figure {
  const few = listed(10);
  const many = listed(10_000);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const small = throughput(() => decide(CALL, few.now, few.rules, CONTEXT), 50_000);
    const large = throughput(() => decide(CALL, many.now, many.rules, CONTEXT), 50_000);
    ratios.push(small / large);
  }
  const sorted = Float64Array.from(ratios);
  const median = quantile(sorted, 0.5);
  return {
    name: 'decide/10,000 listed tools over 10',
    unit: '×',
    n: ROUNDS,
    median,
    goal: 'flat: ≤ 1.25 ×',
    holds: median <= 1.25,
  };
}

/** A session in the middle of its work: thirty calls, half of them settled, two hundred known values, ledgers and windows filled. */
function busyWorld(rules: Policy): World {
  const drive = driver(world(), rules);
  const prints = Array.from({ length: 200 }, (_, i) => ({ print: `print${String(i)}` as Print, provenance: 'reference' as const }));
  drive.append(
    draft('content-labelled', { source: 'tool_output', trusted: false, prints, findings: [], contentDigest: 'c' as Digest }, { session: 's1' }),
  );
  for (let i = 1; i <= 30; i++) {
    drive.at += 1_000;
    drive.act({ ...CALL, id: `x${String(i)}`, argsDigest: String(i), at: drive.at });
    if (i % 2 === 0) drive.settle(`x${String(i)}`);
  }
  return drive.now;
}

/** The figures of the kernel: time per decision, throughput against two peers in the same run, and growth with the lists. */
export async function run(): Promise<readonly Figure[]> {
  const rules = await hundredRules('named');
  const open = await hundredRules('open');
  const now = busyWorld(rules);
  const call = { ...CALL, at: CALL.at + 31_000 };
  const ours = (): unknown => decide(call, now, rules, CONTEXT);
  if (decide(call, now, rules, CONTEXT).effect !== 'allow') throw new Error('the call of the benchmark is not allowed');
  const peers = [
    ['@microsoft/agent-governance-sdk 4.0.0', microsoft()],
    ['@cedar-policy/cedar-wasm 4.13.0 preparsed', await cedar()],
  ] as const;
  const figures: Figure[] = [
    latency('decide/100 rules, each naming a tool', ours, { p50: 10, p99: 50 }),
    latency('decide/100 rules, worst case: every condition evaluated', () => decide(call, now, open, CONTEXT), { p50: 10, p99: 50 }),
  ];
  for (const [name, peer] of peers) {
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      mine.push(throughput(ours, 50_000));
      theirs.push(throughput(peer, 1_000));
    }
    figures.push(against(name, mine, theirs));
  }
  figures.push(flatness());
  return figures;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(JSON.stringify(await run(), null, 2));
