import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EFFECTS } from '../../src/kernel/decision.ts';
import type { Entry } from '../../src/kernel/entry.ts';
import { CATEGORIES, RISKS } from '../../src/kernel/finding.ts';
import { passes } from '../../src/views/action-filter.ts';
import type { ActionFilter } from '../../src/views/action-filter.ts';
import { actionRowOf } from '../../src/views/action-row.ts';
import type { ActionRow } from '../../src/views/action-row.ts';
import { ActionsView } from '../../src/views/actions.ts';
import { Charges } from '../../src/views/charges.ts';
import { fc } from '../random.ts';
import { decided, settled, START } from './entries.ts';

const turn = (): Promise<void> => Promise.resolve();

function folded(entries: Iterable<Entry>, most?: number): ActionsView {
  const [view, charges] = [new ActionsView(most), new Charges()];
  for (const one of entries) view.fold(one, { charge: charges.of(one), row: one.type === 'action-decided' ? actionRowOf(one) : null });
  return view;
}

async function everything(view: ActionsView, filter: ActionFilter, limit: number): Promise<readonly ActionRow[]> {
  const found: ActionRow[] = [];
  for (let before: number | undefined; ;) {
    const { actions, next } = await view.page({ ...filter, before }, limit, turn);
    found.push(...actions);
    if (next === undefined) return found;
    before = next;
  }
}

const words = fc.constantFrom('alpha', 'Beta', 'gamma-β', '<script>', '‮evil', '__proto__', 'constructor', 'a b', '');
const terms = fc.record({
  agent: words,
  session: words,
  name: words,
  door: fc.constantFrom('http', 'mcp', 'hook'),
  effect: fc.constantFrom(...EFFECTS),
  risk: fc.constantFrom(...RISKS),
  codes: fc.uniqueArray(fc.constantFrom('DEFAULT', 'FINDING', 'HALTED', 'MY_RULE'), { minLength: 1 }),
  categories: fc.uniqueArray(fc.constantFrom(...CATEGORIES), { minLength: 1 }),
});
const filters = fc.record(
  {
    agent: words,
    session: words,
    name: words,
    integration: fc.constantFrom('http', 'mcp', 'hook'),
    category: fc.constantFrom(...CATEGORIES),
    effect: fc.constantFrom(...EFFECTS),
    risk: fc.constantFrom(...RISKS),
    reason: fc.constantFrom('DEFAULT', 'FINDING', 'MY', 'toString'),
    since: fc.integer({ min: START, max: START + 60_000 }),
    until: fc.integer({ min: START, max: START + 60_000 }),
    q: fc.constantFrom('', 'a', 'BETA', 'ript', 'MY_', '‮', 'β'),
  },
  { requiredKeys: [] },
);

test('[VIEW-7] a page holds exactly the rows that pass, newest first, whatever is looked for and however it is paged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(terms, { maxLength: 60 }), filters, fc.integer({ min: 1, max: 20 }), async (drawn, filter, limit) => {
      const entries = drawn.map((one, index) => decided({ ...one, index: index * 3 }));
      const rows = entries.map((one) => actionRowOf(one as never)).reverse();
      assert.deepEqual(
        await everything(folded(entries), filter, limit),
        rows.filter((row) => passes(row, filter)),
      );
    }),
    { numRuns: 200 },
  );
});

test('[VIEW-7] pages go on across blocks, and the oldest rows make room', async () => {
  const rows = 60_000;
  const entries = function* (): Generator<Entry> {
    for (let index = 0; index < rows; index++)
      yield decided({ index, agent: index % 1_000 === 7 ? 'rare' : 'bot', session: `s-${String(index >> 5)}` });
  };
  const all = folded(entries());
  const found = await everything(all, { agent: 'rare' }, 7);
  assert.deepEqual(
    found.map(({ index }) => index),
    Array.from({ length: 60 }, (_, at) => (59 - at) * 1_000 + 7),
  );
  assert.deepEqual(await everything(all, { agent: 'nobody' }, 7), []);
  assert.equal((await everything(all, { session: 's-40' }, 500)).length, 32);
  assert.equal(all.rows, rows);
  const bounded = folded(entries(), 20_000);
  assert.ok(bounded.rows >= 20_000 && bounded.rows < 20_000 + 16_384);
  assert.equal((await everything(bounded, {}, 500)).at(-1)?.index, rows - bounded.rows);
});

test('[VIEW-7] an outcome stands with its decision: its own cost, else what was reserved; ids of any form come back as they were', async () => {
  const [uuid, other] = ['0190aaaa-bbbb-7ccc-8ddd-000000000001', 'Ärger~1'];
  const view = folded([
    decided({ index: 0, action: uuid, reserved: 500 }),
    decided({ index: 1, action: other, reserved: 700 }),
    decided({ index: 2, action: uuid.toUpperCase(), effect: 'deny' }),
    settled({ index: 3, action: uuid, usage: { usdMicros: 20, tokens: 9 } }),
    settled({ index: 4, action: other, status: 'failed' }),
    settled({ index: 5, action: 'unknown' }),
    settled({ index: 6, action: uuid, agent: 'another', usage: { usdMicros: 1 } }),
  ]);
  const { actions } = await view.page({}, 10, turn);
  assert.deepEqual(
    actions.map(({ action, outcome }) => [action, outcome]),
    [
      [uuid.toUpperCase(), undefined],
      [other, { status: 'failed', usdMicros: 700, tokens: 0 }],
      [uuid, { status: 'succeeded', usdMicros: 20, tokens: 9 }],
    ],
  );
});

test('[VIEW-7] the code that decided stands first, and a hook is known by its coding agent', () => {
  const [plain, hook, sealed] = [
    decided({ index: 0, effect: 'deny', codes: ['HALTED', 'FINDING'] }),
    decided({ index: 1, door: 'hook', harness: 'claude-code' }),
    decided({ index: 2, door: 'hook', harness: '[sealed]' }),
  ].map((one) => actionRowOf(one as never));
  assert.deepEqual([plain?.reason, plain?.reasons], ['HALTED', ['HALTED', 'FINDING']]);
  assert.deepEqual([hook?.integration, sealed?.integration], ['claude-code', 'hook']);
});
