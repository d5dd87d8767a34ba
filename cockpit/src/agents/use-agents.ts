import { useEffect } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { Effect } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';

/** An agent in numbers, as `GET /v1/views/agents` has it. */
export interface AgentRow {
  readonly agent: string;
  readonly status?: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly actions: number;
  readonly effects: Readonly<Record<Effect, number>>;
  readonly sessions: number;
  readonly usdMicros: number;
  readonly tokens: number;
  readonly integrations: readonly { readonly name: string; readonly enforcement: string }[];
}

/** How far a view has read, and how far the log goes. */
export interface Seen {
  readonly asOf: number;
  readonly size: number;
}

export interface AgentsReply extends Seen {
  readonly agents: readonly AgentRow[];
  readonly next?: string;
}

/** What a view that is behind its log is asked again after. */
const BEHIND_MS = 500;
const always = (): boolean => true;

/** An answer of a view, asked for again with every entry and as long as the view is behind the log. */
export function useView<Reply extends Seen>(path: string | null): UseQueryResult<Reply> {
  const answer = useFresh<Reply>(path, always);
  const { data, refetch, dataUpdatedAt } = answer;
  const behind = data !== undefined && data.asOf < data.size;
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(() => void refetch(), BEHIND_MS);
    return () => clearTimeout(timer);
  }, [behind, dataUpdatedAt, refetch]);
  return answer;
}

export const agentPath = (agent: string): string => `/agents?agent=${encodeURIComponent(agent)}`;
/** Whole cents; what is less than a dollar and no whole cents by the hundredth of a cent. */
export const dollars = (micros: number): string => `$${(micros / 1_000_000).toFixed(micros < 1_000_000 && micros % 10_000 !== 0 ? 4 : 2)}`;
