import type { Connection } from '../connection.ts';

/** What one agent did so far, and what it does. */
export interface AgentSample {
  readonly agent: string;
  readonly status: string;
  /** Approvals of it that wait for a person. */
  readonly waiting: number;
  /** Of all time: tokens, and model and tool calls. */
  readonly tokens: number;
  readonly calls: number;
  readonly usdMicrosToday: number;
  /** Sessions it acted in lately, of the newest actions that are looked at. */
  readonly sessions: number;
  /** Loops that were noticed lately. */
  readonly loops: number;
}

/** How things stand at one moment. */
export interface Sample {
  readonly at: number;
  readonly agents: readonly AgentSample[];
  readonly approvals: number;
  readonly actions24h: number;
  readonly denied24h: number;
}

interface Ledger {
  readonly ledger: string;
  readonly spent: Readonly<Record<string, number>>;
  readonly reserved: Readonly<Record<string, number>>;
}

interface Acted {
  readonly agent: string;
  readonly session: string;
  readonly at: number;
  readonly reasons: readonly { readonly code: string }[];
}

/** What was done this long ago is lately. */
const LATELY_MS = 600_000;
const NEWEST = 200;

export async function sampleOf(aegis: Connection, now: number): Promise<Sample> {
  const [agents, spend, stats, acted] = (await Promise.all([
    aegis.get('/v1/agents'),
    aegis.get('/v1/spend'),
    aegis.get('/v1/stats'),
    aegis.get('/v1/actions', { limit: NEWEST }),
  ])) as [
    { agents: readonly { agent: string; status: string; pendingApprovals: number }[] },
    { ledgers: readonly Ledger[] },
    { pendingApprovals: number; actions24h: number; denied24h: number },
    { actions: readonly Acted[] },
  ];
  const ledgers = new Map(spend.ledgers.map((one) => [one.ledger, one]));
  const lately = acted.actions.filter(({ at }) => now - at < LATELY_MS);
  return {
    at: now,
    agents: agents.agents.map(({ agent, status, pendingApprovals: waiting }) => {
      const own = lately.filter((one) => one.agent === agent);
      const loops = own.filter(({ reasons }) => reasons.some(({ code }) => code === 'LOOP_DETECTED')).length;
      return { agent, status, waiting, ...spentBy(ledgers, agent, now), sessions: new Set(own.map(({ session }) => session)).size, loops };
    }),
    approvals: stats.pendingApprovals,
    actions24h: stats.actions24h,
    denied24h: stats.denied24h,
  };
}

function spentBy(ledgers: ReadonlyMap<string, Ledger>, agent: string, now: number): Pick<AgentSample, 'tokens' | 'calls' | 'usdMicrosToday'> {
  const stem = `agent/${agent.replaceAll('/', '%2F')}`;
  const of = (ledger: Ledger | undefined, field: string): number => (ledger?.spent[field] ?? 0) + (ledger?.reserved[field] ?? 0);
  const total = ledgers.get(stem);
  const today = ledgers.get(`${stem}/day/${new Date(now).toISOString().slice(0, 10)}`);
  return { tokens: of(total, 'tokens'), calls: of(total, 'modelCalls') + of(total, 'toolCalls'), usdMicrosToday: of(today, 'usdMicros') };
}
