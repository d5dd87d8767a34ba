import { Option } from 'commander';
import { EFFECT_CHOICES } from '../kernel/decision.ts';
import { codeOf, findAction, telling, type ActionRow } from './action-record.ts';
import { actionText } from './action-text.ts';
import { connection } from './connection.ts';
import type { Define } from './define.ts';
import { inFlightLines, type InFlight } from './in-flight.ts';
import { whole } from './numbers.ts';
import { effectTone, json, line, riskTone } from './print.ts';
import { table, type Column } from './screen/table.ts';
import { shown, WATCH, type Watch } from './screen/watch.ts';
import { when, whenColumn } from './screen/when.ts';

interface Options {
  readonly agent?: string;
  readonly session?: string;
  readonly effect?: string;
  readonly limit: number;
  readonly inFlight?: true;
  readonly watch?: Watch;
  readonly json?: true;
}

/** `aegis actions [id]`. */
export const define: Define = (command) => {
  command
    .argument('[id]', 'show one action in full: its number, its id or the start of its id')
    .option('--agent <id>', 'only this agent’s actions; with an id: the agent it belongs to')
    .option('--session <id>', 'only this session’s')
    .addOption(new Option('--effect <effect>', 'only these').choices(EFFECT_CHOICES))
    .option('--in-flight', 'only actions that were allowed and have no outcome yet; they may be running')
    .option('--limit <number>', 'how many, newest first', whole(1, 1000), 30)
    .option(...WATCH)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis actions\n  $ aegis actions --agent support-bot --effect deny\n  $ aegis actions 42              the action decided in entry 42, in full\n  $ aegis actions --in-flight     allowed, and nobody said yet how they ended\n  $ aegis actions --watch',
    )
    .action(async (id: string | undefined, options: Options) => {
      if (id === undefined) return list(options);
      const record = await findAction(connection(), id, options.agent);
      return options.json === true ? json(record) : line(actionText(record));
    });
};

async function list({ watch, json: asJson, inFlight, ...query }: Options): Promise<void> {
  const aegis = connection();
  if (inFlight === true) {
    const running = async (): Promise<InFlight> => (await aegis.get('/v1/actions', { ...query, state: 'unsettled' })) as InFlight;
    if (asJson === true) return json((await running()).actions);
    return shown(watch, async () => inFlightText(await running(), query.limit));
  }
  const read = async (): Promise<readonly ActionRow[]> => ((await aegis.get('/v1/actions', query)) as { actions: readonly ActionRow[] }).actions;
  if (asJson === true) return json(await read());
  await shown(watch, async () => {
    const actions = await read();
    return actions.length === 0 ? NONE : table(COLUMNS(), actions.map(row));
  });
}

function inFlightText(running: InFlight, most: number): string {
  if (running.count === 0) return 'Nothing is in flight: every action that was allowed has an outcome.';
  return inFlightLines(running, { most, margin: 0 }).join('\n');
}

const NONE = 'No actions match. Agents’ tool calls show up here as they are decided.';

const COLUMNS = (): readonly Column[] => [
  { title: '#', right: true },
  whenColumn('when'),
  { title: 'agent', least: 8 },
  { title: 'tool', least: 10 },
  { title: 'risk', tone: riskTone },
  { title: 'effect', tone: effectTone },
  { title: 'why', least: 10 },
];

function row(action: ActionRow): string[] {
  const first = telling(action.reasons, action.effect);
  const why = first === undefined ? '' : `${first.message} (${codeOf(first)})`;
  return [String(action.index), when(action.at), action.agent, action.name, action.risk, action.effect, why];
}
