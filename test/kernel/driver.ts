import type { Action } from '../../src/kernel/action.ts';
import { decide } from '../../src/kernel/decide.ts';
import type { Decision } from '../../src/kernel/decision.ts';
import type { EntryDraft } from '../../src/kernel/entry.ts';
import { fold } from '../../src/kernel/fold.ts';
import { ledgersOf } from '../../src/kernel/ledger.ts';
import type { Policy } from '../../src/kernel/policy.ts';
import type { World } from '../../src/kernel/world.ts';
import { action, DAY, decided, draft, id } from './samples.ts';

/** What a gate does, without the log: decide, append, fold. */
export interface Driver {
  now: World;
  at: number;
  /** Decides one action `seconds` after the start and folds the entry. */
  readonly act: (part: Partial<Record<keyof Action, unknown>>) => Decision;
  readonly append: (entry: EntryDraft) => void;
  readonly settle: (name: string, body?: object) => void;
}

export function driver(start: World, rules: Policy): Driver {
  let n = 0;
  const agents = new Map<string, string>();
  const drive: Driver = {
    now: start,
    at: DAY,
    act(part) {
      n++;
      const one = action({ id: `x${String(n)}`, at: drive.at, ...part });
      agents.set(one.id, one.agent);
      const decision = decide(one, drive.now, rules, { approval: id(`ap-${one.id}`), askDigest: id('d') });
      drive.now = fold(drive.now, decided(one, decision, ledgersOf(one, drive.now, rules)));
      return decision;
    },
    append(entry) {
      drive.now = fold(drive.now, entry);
    },
    settle(name, body = {}) {
      const outcome = {
        action: id<never>(name),
        status: 'succeeded' as const,
        usage: {},
        source: 'tool_output' as const,
        trusted: false,
        prints: [],
        findings: [],
        ...body,
      };
      drive.now = fold(drive.now, draft('action-settled', outcome, { at: drive.at, agent: agents.get(name) ?? 'a1' }));
    },
  };
  return drive;
}

export function codes(decision: Decision): readonly string[] {
  return decision.reasons.map((reason) => reason.code);
}
