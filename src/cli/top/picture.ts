import { tone, usd, visible } from '../print.ts';
import { table, type Column } from '../screen/table.ts';
import { cut } from '../screen/width.ts';
import { time } from '../screen/when.ts';
import { sparkline, type Burn, type History } from './burn.ts';
import type { AgentSample, Sample } from './sample.ts';

/** Columns of the terminal below which a part is left out. */
const WIDE = 100;

interface Cell {
  readonly column: Column;
  readonly of: (one: AgentSample, burn: Burn) => string;
}

/** What stands in a row, on a narrow terminal without the sessions and with fewer bars. */
function cells(columns: number, selected: string | undefined): readonly Cell[] {
  const wide = columns >= WIDE;
  const bars = wide ? 16 : 8;
  const sessions: Cell = { column: { title: 'sessions', right: true }, of: (one) => unlessNone(one.sessions) };
  return [
    { column: { title: '', wide: 1 }, of: ({ agent }) => (agent === selected ? '>' : '') },
    { column: { title: 'agent', least: 8 }, of: ({ agent }) => agent },
    { column: { title: 'status', tone: (status) => (status === 'active' ? 'good' : 'bad') }, of: ({ status }) => status },
    { column: { title: 'tokens/min', right: true }, of: (_, { tokensPerMinute }) => String(tokensPerMinute) },
    { column: { title: 'burn', wide: bars }, of: (_, { steps }) => sparkline(steps, bars) },
    { column: { title: 'calls/min', right: true }, of: (_, { callsPerMinute }) => String(callsPerMinute) },
    { column: { title: '$ today', right: true }, of: ({ usdMicrosToday }) => dollars(usdMicrosToday) },
    ...(wide ? [sessions] : []),
    { column: { title: 'waiting', right: true, tone: (cell) => (cell === '' ? null : 'ask') }, of: ({ waiting }) => unlessNone(waiting) },
    { column: { title: 'loops', right: true, tone: (cell) => (cell === '' ? null : 'bad') }, of: ({ loops }) => unlessNone(loops) },
  ];
}

const dollars = (micros: number): string => usd(Math.ceil(micros / 10_000) * 10_000);
const unlessNone = (count: number): string => (count === 0 ? '' : String(count));

/** What stands in the rows, most tokens first, and so where a selection is. */
export function ranked(sample: Sample, past: History): readonly AgentSample[] {
  const burn = new Map(sample.agents.map(({ agent }) => [agent, past.burn(agent).tokensPerMinute]));
  return sample.agents.toSorted(
    (a, b) => (burn.get(b.agent) ?? 0) - (burn.get(a.agent) ?? 0) || b.usdMicrosToday - a.usdMicrosToday || (a.agent < b.agent ? -1 : 1),
  );
}

export interface View {
  readonly sample: Sample;
  readonly past: History;
  readonly selected: string | undefined;
  /** A question to the person, or what came of the last key; below the table. */
  readonly said: string;
  /** Since when the daemon does not answer. */
  readonly lostAt: number | null;
  readonly columns: number;
  readonly rows: number;
}

/** The whole screen, at most as wide and as high as the terminal. */
export function picture({ sample, past, selected, said, lostAt, columns, rows }: View): string {
  const spent = sample.agents.reduce((sum, { usdMicrosToday }) => sum + usdMicrosToday, 0);
  const counts = `${String(sample.agents.length)} agents · ${dollars(spent)} today`;
  const acts = `${String(sample.actions24h)} actions in 24 h, ${String(sample.denied24h)} denied`;
  const waits = sample.approvals === 0 ? tone('dim', 'no approvals waiting') : tone('ask', `${String(sample.approvals)} waiting: aegis approvals`);
  const lost = lostAt === null ? [] : [tone('bad', cut(`Aegis does not answer since ${time(lostAt)} UTC. What stands here is old.`, columns))];
  const head = [`${tone('bold', 'aegis top')}  ${tone('dim', `${time(sample.at)} UTC`)}  ${counts}`, `${acts} · ${waits}`, ...lost, ''];
  const foot = ['', said === '' ? tone('dim', cut('↑ ↓ select · h halt the selected agent · q quit', columns)) : said];
  const all = ranked(sample, past);
  const room = Math.max(1, rows - head.length - foot.length - 2);
  const at = Math.max(
    0,
    all.findIndex(({ agent }) => agent === selected),
  );
  const from = Math.min(Math.max(0, at - room + 1), Math.max(0, all.length - room));
  const shown = all.slice(from, from + room);
  const drawn = cells(columns, selected);
  const rowsOf = (agents: readonly AgentSample[]): string =>
    table(
      drawn.map(({ column }) => column),
      agents.map((one) => drawn.map(({ of }) => of(one, past.burn(one.agent)))),
      columns,
    );
  const more = all.length > shown.length ? [tone('dim', `${String(from + 1)} to ${String(from + shown.length)} of ${String(all.length)}`)] : [];
  const body = all.length === 0 ? 'No agents yet. Register one: aegis agents add <name>' : rowsOf(shown);
  return [...head, body, ...more, ...foot].join('\n');
}

/** What a program reads, and the lines of a pipe. */
export function figures(sample: Sample, past: History): readonly object[] {
  return ranked(sample, past).map(({ tokens: _tokens, calls: _calls, ...one }) => {
    const { tokensPerMinute, callsPerMinute } = past.burn(one.agent);
    return { at: sample.at, ...one, tokensPerMinute, callsPerMinute };
  });
}

export function plainLines(sample: Sample, past: History): readonly string[] {
  const all = ranked(sample, past);
  if (all.length === 0) return [`${time(sample.at)}  no agents`];
  return all.map(({ agent, status, usdMicrosToday, sessions, waiting, loops }) => {
    const { tokensPerMinute, callsPerMinute } = past.burn(agent);
    const counts = `${String(tokensPerMinute)} tokens/min  ${String(callsPerMinute)} calls/min  ${dollars(usdMicrosToday)} today`;
    return `${time(sample.at)}  ${visible(agent)}  ${status}  ${counts}  ${String(sessions)} sessions  ${String(waiting)} waiting  ${String(loops)} loops`;
  });
}
