/** What one agent may have open at the gateway at once; nobody else's share is touched by it (MCP-26). */
const MOST = { requests: 256, streams: 32 } as const;

export type Load = keyof typeof MOST;

export interface AgentLoads {
  /** Takes one place of an agent; the returned function gives it back, once. null: the agent has all it may have. */
  take(owner: string, load: Load): (() => void) | null;
}

export function agentLoads(): AgentLoads {
  const taken = new Map<string, number>();
  return {
    take: (owner, load) => {
      const key = `${load} ${owner}`;
      const mine = taken.get(key) ?? 0;
      if (mine >= MOST[load]) return null;
      taken.set(key, mine + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = (taken.get(key) ?? 1) - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
      };
    },
  };
}
