import type { Effect } from '../../src/kernel/decision.ts';
import type { Entry } from '../../src/kernel/entry.ts';
import type { Category, Risk } from '../../src/kernel/finding.ts';

export const START = 1_790_000_000_000;

export interface DecidedTerms {
  readonly index: number;
  readonly at?: number;
  readonly action?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly name?: string;
  readonly door?: string;
  readonly harness?: string;
  readonly effect?: Effect;
  readonly risk?: Risk;
  readonly codes?: readonly string[];
  readonly categories?: readonly Category[];
  readonly model?: string;
  readonly reserved?: number;
}

/** A decision with what views read of it, and nothing else. */
export function decided(terms: DecidedTerms): Entry {
  const { index, at = START + index * 1_000, action = `a-${String(index)}`, agent = 'bot', session = 's1', effect = 'allow', model } = terms;
  const { name = 'read_file', door = 'http', harness, risk = 'LOW', codes = ['DEFAULT'], categories = ['file'], reserved = 0 } = terms;
  const ask = { approval: `ap-${String(index)}`, digest: '', approvers: ['operator'], quorum: 1, expiresAt: at + 60_000 };
  const parts = effect === 'ask' ? { ask } : effect === 'allow' || effect === 'modify' ? { reserve: { usdMicros: reserved, tokens: 0 } } : {};
  return entry({
    index,
    at,
    agent,
    session,
    type: 'action-decided',
    body: {
      action: {
        id: action,
        kind: model === undefined ? 'tool' : 'model',
        name,
        door,
        ...(harness === undefined ? {} : { harness }),
        enforcement: 'advisory',
        claims: model === undefined ? {} : { model },
        facts: { categories },
      },
      decision: { action, effect, risk, reasons: codes.map((code) => ({ code, rule: 'r', effect, message: 'm' })), ...parts },
      ledgers: [],
    },
  });
}

export function settled(terms: { index: number; action: string; agent?: string; usage?: object; at?: number; status?: string }): Entry {
  const { index, action, agent = 'bot', usage = {}, at = START + index * 1_000, status = 'succeeded' } = terms;
  return entry({ index, at, agent, session: 's1', type: 'action-settled', body: { action, status, usage } });
}

export function entry(terms: {
  readonly index: number;
  readonly type: string;
  readonly body: object;
  at?: number;
  agent?: string;
  session?: string;
}): Entry {
  const { index, at = START + index * 1_000, agent, ...rest } = terms;
  const actor = agent === undefined ? { kind: 'system' } : { kind: 'agent', id: agent };
  return { v: 1, tenant: 'default', actor, at, index, prev: '', ...(agent === undefined ? {} : { agent }), ...rest } as unknown as Entry;
}
