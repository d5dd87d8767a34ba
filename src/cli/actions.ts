import { Option } from 'commander';
import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { whole } from './numbers.ts';
import { json, line, shortened, table, time } from './print.ts';
import { EFFECT_CHOICES } from '../kernel/decision.ts';

interface ActionRow {
  readonly index: number;
  readonly at: number;
  readonly action: string;
  readonly agent: string;
  readonly name: string;
  readonly effect: string;
  readonly risk: string;
  readonly reasons: readonly Reason[];
}

interface Reason {
  readonly code: string;
  readonly message: string;
  readonly effect: string;
  readonly rule: string;
}

/** `aegis actions [id]`. */
export const define: Define = (command) => {
  command
    .argument('[id]', 'one action, in full')
    .option('--agent <id>', 'only this agent’s')
    .option('--session <id>', 'only this session’s')
    .addOption(new Option('--effect <effect>', 'only these').choices(EFFECT_CHOICES))
    .option('--limit <number>', 'how many, newest first', whole(1, 1000), 30)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis actions\n  $ aegis actions --agent support-bot --effect deny\n  $ aegis actions 019a…')
    .action(async (id: string | undefined, options: { agent?: string; session?: string; effect?: string; limit: number; json?: true }) => {
      if (id !== undefined) return json(await connection().get(`/v1/actions/${encodeURIComponent(id)}`));
      const { agent, session, effect, limit } = options;
      const { actions } = (await connection().get('/v1/actions', { agent, session, effect, limit })) as {
        actions: readonly ActionRow[];
      };
      if (options.json === true) return json(actions);
      if (actions.length === 0) return line('No actions match. Agents’ tool calls show up here as they are decided.');
      line(table(['#', 'at (UTC)', 'agent', 'tool', 'risk', 'effect', 'why'], actions.map(row)));
    });
};

function row(action: ActionRow): string[] {
  const first = telling(action);
  return [
    String(action.index),
    time(action.at),
    action.agent,
    shortened(action.name, 40),
    action.risk,
    action.effect,
    shortened(`${first?.code ?? ''} ${first?.message ?? ''}`, 90),
  ];
}

/** The reason that decided: a person's word where there was one, else the first that asked for what happened. */
function telling({ reasons, effect }: ActionRow): Reason | undefined {
  const same = reasons.filter((reason) => reason.effect === effect || (effect === 'modify' && reason.effect === 'allow'));
  return (
    same.find(({ code }) => code === 'APPROVAL_REFUSED' || code === 'APPROVAL_EXPIRED') ??
    same.find(({ rule }) => rule === 'approval') ??
    same[0] ??
    reasons[0]
  );
}
