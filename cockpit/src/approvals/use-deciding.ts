import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, get, Problem } from '../state/ask.ts';
import type { Approval, Decision } from '../state/shapes.ts';

/** What became of an approval that was decided in this page; nothing is said before the daemon has answered. */
export type Outcome =
  | { readonly kind: 'deciding'; readonly what: 'grant' | 'refuse' }
  | { readonly kind: 'granted'; readonly decision: Decision }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly now: Approval | null };

export interface Deciding {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly grant: (approval: Approval) => void;
  readonly refuse: (approval: Approval, reason: string) => void;
  readonly forget: (approval: string) => void;
}

export function useDeciding(): Deciding {
  const client = useQueryClient();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const set = (id: string, outcome: Outcome | null): void =>
    setOutcomes((before) => {
      const next = new Map(before);
      if (outcome === null) next.delete(id);
      else next.set(id, outcome);
      return next;
    });
  const decide = async ({ approval: id }: Approval, what: 'grant' | 'refuse', reason: string): Promise<void> => {
    if (outcomes.get(id)?.kind === 'deciding') return;
    set(id, { kind: 'deciding', what });
    const path = `/v1/approvals/${encodeURIComponent(id)}`;
    try {
      const decision = await ask<Decision>('POST', `${path}/${what}`, { channel: 'dashboard', ...(reason === '' ? {} : { reason }) });
      set(id, what === 'grant' ? { kind: 'granted', decision } : { kind: 'refused' });
    } catch (error) {
      // Somebody else may have been first: what stands now says so.
      const now = error instanceof Problem && error.status !== 0 ? await get<Approval>(path).catch(() => null) : null;
      set(id, { kind: 'failed', error, now });
    }
    void client.invalidateQueries({ queryKey: ['/v1/approvals'] });
  };
  return {
    outcomes,
    grant: (approval) => void decide(approval, 'grant', ''),
    refuse: (approval, reason) => void decide(approval, 'refuse', reason),
    forget: (id) => set(id, null),
  };
}
