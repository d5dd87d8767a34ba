import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { gateDecisionPoint } from '../../../src/intercept/mcp/gate-decision-point.ts';
import type { Request } from '../../../src/intercept/mcp/message.ts';
import { createStateSigner } from '../../../src/intercept/mcp/state-signer.ts';
import { serveStdio } from '../../../src/intercept/mcp/stdio/serve-stdio.ts';
import type { EntryBodies } from '../../../src/kernel/entry.ts';
import { isObject } from '../../../src/kernel/json.ts';
import { digestOf } from '../../../src/wire/digest.ts';
import { memoryStore } from '../../../src/log/memory.ts';
import type { LogStore } from '../../../src/log/store.ts';
import { document, sampleGate, id, TENANT } from '../../gate/sample-gate.ts';
import type { SampleGate } from '../../gate/sample-gate.ts';
import { Dice } from '../../oracle/dice.ts';
import { wildFrame } from './wild-frames.ts';

/** The nightly run sets 200,000. */
const FRAMES = Number(process.env['TEST_MCP_FRAMES'] ?? 20_000);
/** Fixed, so that a run says the same twice; the nightly run gives another each time. */
const SEED = Number(process.env['TEST_MCP_SEED'] ?? 11);
const CONVERSATION = 100;
const HOUSEFUL = 100;

/** What only settles how to talk, or is answered with what the server says of itself: MCP-7 wants no decision for it. */
const TALK: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'logging/setLevel',
  'completion/complete',
  'resources/subscribe',
  'resources/unsubscribe',
  'subscriptions/listen',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
]);
const TOLD: ReadonlySet<string> = new Set(['notifications/initialized', 'notifications/progress', 'notifications/roots/list_changed']);
const TOOLS = ['good', 'barred'].map((name) => ({ name, description: `Does ${name}.`, inputSchema: { type: 'object' } }));

interface Tally {
  frames: number;
  forwarded: number;
  refused: number;
  other: number;
}

/** What was allowed and has not been forwarded yet: every durable allow is one, every forwarded call takes one. */
type Allowed = Map<string, number>;

const rowOf = (name: string, argsDigest: string): string => `${name} ${argsDigest}`;

function watching(allowed: Allowed, tally: Tally): LogStore {
  const store = memoryStore();
  return {
    ...store,
    append: async (tenant, expected, entries, payloads) => {
      const result = await store.append(tenant, expected, entries, payloads);
      for (const { type, bytes } of result.kind === 'appended' ? entries : []) {
        if (type !== 'action-decided') continue;
        const { body } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { body: EntryBodies['action-decided'] };
        const row = rowOf(body.action.name, body.action.argsDigest);
        if (body.decision.effect === 'allow') allowed.set(row, (allowed.get(row) ?? 0) + 1);
        else tally.refused += 1;
      }
      return result;
    },
  };
}

/** The row a forwarded request must have, written a second time after MCP-7: name and exactly the arguments that were decided on. */
function needed({ method, params = {} }: Request): string {
  const { _meta: _meta, requestState: _state, inputResponses, ...rest } = params;
  const answers = inputResponses === undefined ? {} : { 'mcp:inputResponses': inputResponses };
  if (method !== 'tools/call') return rowOf(method, digestOf({ ...rest, ...answers }));
  const args = rest['arguments'];
  return rowOf(String(rest['name']), digestOf({ ...(isObject(args) ? args : {}), ...answers }));
}

interface Place {
  readonly gate: SampleGate['gate'];
  readonly allowed: Allowed;
  readonly tally: Tally;
}

/** One conversation of 100 lines, cut into chunks anywhere, over a real relay and a real gate. */
async function converse({ gate, allowed, tally }: Place, seed: number): Promise<void> {
  const dice = new Dice(seed);
  const unproved: string[] = [];
  const [input, output] = [new PassThrough(), new PassThrough()];
  let said = '';
  output.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  let minted = 0;
  const over = serveStdio({
    decisionPoint: gateDecisionPoint(gate, { tenant: TENANT, agent: id('a1'), session: id(`s${String(seed)}`) }),
    server: { name: 'srv', identity: digestOf('srv'), remote: false },
    streams: { input, output },
    stop: new AbortController().signal,
    clock: { monotonic: () => 0 },
    after: () => () => undefined,
    mint: () => `m-${String(seed)}-${String(minted++)}`,
    digestOf,
    stateSigner: createStateSigner(new Uint8Array(32)),
    connect: () => ({
      gone: new Promise(() => undefined),
      close: () => Promise.resolve(),
      send: (message) => {
        // The server asked nothing: no answer may come, and no notification that does something.
        if (!('method' in message) || !TOLD.has(message.method)) unproved.push(JSON.stringify(message));
        return Promise.resolve();
      },
      request: (request) => {
        const { id: of, method } = request;
        if (!TALK.has(method)) {
          const row = needed(request);
          const left = (allowed.get(row) ?? 0) - 1;
          if (left < 0) unproved.push(JSON.stringify(request));
          else allowed.set(row, left);
          if (method === 'tools/call') tally.forwarded += 1;
          else tally.other += 1;
        }
        return Promise.resolve({ jsonrpc: '2.0', id: of, result: method === 'tools/list' ? { tools: TOOLS } : { content: [] } });
      },
    }),
  });
  const frames = Array.from({ length: CONVERSATION }, (_, n) => wildFrame(dice, n));
  const bytes = Buffer.concat(frames);
  // Now and then the last line never ends: then it is no message.
  const end = bytes.length - (dice.chance(0.3) ? 1 + dice.upTo(20) : 0);
  for (let at = 0; at < end;) {
    const next = Math.min(end, at + 1 + dice.upTo(dice.chance(0.2) ? 8 : 600));
    input.write(bytes.subarray(at, next));
    at = next;
    if (dice.chance(0.3)) await new Promise(setImmediate);
  }
  input.end();
  assert.equal(await over, null);
  tally.frames += CONVERSATION;
  assert.deepEqual(unproved, [], `TEST_MCP_SEED, conversation ${String(seed)}`);
  for (const line of said.split('\n')) if (line !== '') assert.equal((JSON.parse(line) as { jsonrpc: unknown }).jsonrpc, '2.0');
}

test(
  `[MCP-10] [MCP-7] of ${String(FRAMES)} wild frames the server hears no call without its own durable row that allows it, in these very arguments`,
  { timeout: 1_200_000 },
  async () => {
    const tally: Tally = { frames: 0, forwarded: 0, refused: 0, other: 0 };
    const policy = document({
      rules: [{ id: 'barred', when: 'action.name == "barred"', effect: 'deny', reason: { code: 'BARRED', message: 'It is barred' } }],
      loops: { identical: { max: 100_000, windowMs: 1_000 } },
    });
    for (let first = 0; tally.frames < FRAMES; first += HOUSEFUL) {
      const allowed: Allowed = new Map();
      const { gate } = await sampleGate({ policy, store: watching(allowed, tally) });
      for (let n = first; n < first + HOUSEFUL && tally.frames < FRAMES; n++) await converse({ gate, allowed, tally }, SEED * 1_000_003 + n);
      await gate.close();
    }
    // The proof is worth what the frames reach.
    const share = (count: number): number => count / tally.frames;
    assert.ok(share(tally.forwarded) > 0.05 && share(tally.refused) > 0.05 && share(tally.other) > 0.005, JSON.stringify(tally));
  },
);
