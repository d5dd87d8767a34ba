import { setImmediate as others } from 'node:timers/promises';
import type { Gate } from '../gate/gate.ts';
import type { Proposal } from '../gate/nouns.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { AgentId, SessionId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import { memoryStore } from '../log/memory.ts';
import { openGate } from './open-gate.ts';
import type { PolicyText } from './policy-files.ts';

/** Ordinary calls, so that the readers of most actions have run; what needs a large parser of its own is left to whoever asks for it. */
const CALLS: readonly (readonly [string, JsonObject])[] = [
  ['lookup_balance', { customer: 'c-1', fields: ['balance', 'currency'], limit: 20 }],
  ['Bash', { command: 'cd app && npm run build -- --mode production 2>&1 | tail -n 40', description: 'Build and show the end of the log' }],
  ['read_file', { path: '/home/me/project/src/index.ts' }],
  ['http_get', { url: 'https://api.example.com/v1/orders?status=open&page=2' }],
  ['send_message', { to: 'team', text: 'The nightly run is done: 42 tests passed, none failed. The report is attached.' }],
];

/** Enough for the engine to have compiled what every action runs: about a quarter of a second of work. */
const ROUNDS = 20;
/** Of them, those after memory was given back: they bring back what went with it and is needed. */
const AFTERWARDS = 10;

const AGENT = 'rehearsal' as AgentId;

/**
 * Rehearses what every action runs on a gate of its own over memory, so that the first real one does not wait for code to be compiled.
 * One action at a time, with everything else let through in between. The returned function stops it; nothing of it outlives the rehearsal.
 */
export function warmUp(policy: PolicyText): () => Promise<void> {
  let stopped = false;
  const rehearsal = (async () => {
    await others();
    const gate = await openGate({ store: memoryStore(), policy, onFault: () => undefined });
    try {
      await gate.register(DEFAULT_TENANT, AGENT, { capabilities: [], maxPriority: 5, onUnavailable: 'deny' }, 'system');
      for (let round = 0; round < ROUNDS; round++) {
        if (round === ROUNDS - AFTERWARDS) giveBack();
        for (const [name, args] of CALLS) {
          if (stopped) return;
          await others();
          await act(gate, { name, args: { ...args, nonce: `n-${String(round)}` } });
        }
      }
    } finally {
      await gate.close();
    }
  })().catch(() => undefined);
  return () => {
    stopped = true;
    return rehearsal;
  };
}

/** What the start used goes back to the system, some 35 MB; it takes about 60 ms, and hardly anybody waits this early. */
function giveBack(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

async function act(gate: Gate, { name, args }: { readonly name: string; readonly args: JsonObject }): Promise<void> {
  const proposal: Proposal = {
    tenant: DEFAULT_TENANT,
    agent: AGENT,
    session: 'rehearsal' as SessionId,
    kind: 'tool',
    name,
    args,
    claims: {},
    door: 'http',
    enforcement: 'advisory',
  };
  const { effect, action } = await gate.admit(proposal);
  if (effect !== 'allow') return;
  await gate.settle({
    tenant: DEFAULT_TENANT,
    agent: AGENT,
    action,
    status: 'succeeded',
    usage: {},
    result: { ok: true, rows: [{ id: 1, total: 42 }] },
    source: 'tool_output',
    trusted: false,
  });
}
