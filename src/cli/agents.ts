import { Option } from 'commander';
import type { Define } from './define.ts';
import { loadCredentials } from './credentials.ts';
import { connection } from './connection.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import { whole } from './numbers.ts';
import { json, line, tone, visible } from './print.ts';
import { table, type Column } from './screen/table.ts';
import { shown, WATCH, type Watch } from './screen/watch.ts';
import { when, whenColumn } from './screen/when.ts';
import type { AgentStatus, ProtectionState } from '../kernel/agent.ts';
import { UNAVAILABLE_MODES } from '../kernel/agent.ts';

interface AgentRow {
  readonly agent: string;
  readonly status: AgentStatus;
  readonly framework?: string;
  readonly team?: string;
  readonly firstSeen: number;
  readonly pendingApprovals: number;
  readonly protection?: ProtectionState;
}

/** `aegis agents [add|show|revoke]`. */
export const define: Define = (command) => {
  command
    .command('list', { isDefault: true })
    .description('list all agents')
    .option(...WATCH)
    .option('--json', 'print JSON')
    .action(list);
  command
    .command('add <agent>')
    .description('register an agent and print its key, once')
    .option('--framework <name>', 'what it is built with, for your information')
    .option('--team <name>', 'team whose budgets it shares')
    .option('--max-priority <number>', 'highest priority it may claim, 1–10 (default: 5)', whole(1, 10))
    .addOption(new Option('--on-unavailable <mode>', 'what may run when Aegis cannot be reached (default: deny)').choices(UNAVAILABLE_MODES))
    .option('--rotate', 'give an agent that is registered already a new key; the old one stops working')
    .option('--read-only <tools>', 'comma-separated tools that may run under allow_readonly')
    .option('--json', 'print JSON')
    .action(add);
  command
    .command('show <agent>')
    .description('show one agent in full')
    .option('--json', 'print JSON')
    .action(async (agent: string) => json(await connection().get(`/v1/agents/${encodeURIComponent(agent)}`)));
  command
    .command('revoke <agent>')
    .description('revoke an agent for good: its key stops working')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--json', 'print JSON')
    .action(async (agent: string, options: { reason: string; json?: true }) => {
      const receipt = (await connection().post(`/v1/agents/${encodeURIComponent(agent)}/revoke`, { reason: options.reason })) as { index: number };
      if (options.json === true) json(receipt);
      else line(`Revoked ${visible(agent)}; recorded as entry ${String(receipt.index)}.`);
    });
  examples(command, [
    'aegis agents',
    'aegis agents list --json',
    'aegis agents add support-bot --team care --on-unavailable deny',
    'aegis agents add support-bot --rotate',
    'aegis agents show support-bot',
    'aegis agents revoke support-bot --reason "retired"',
  ]);
};

async function list(options: { watch?: Watch; json?: true }): Promise<void> {
  const aegis = connection();
  const read = async (): Promise<readonly AgentRow[]> => ((await aegis.get('/v1/agents')) as { agents: readonly AgentRow[] }).agents;
  if (options.json === true) return json(await read());
  await shown(options.watch, async () => {
    const agents = await read();
    return agents.length === 0 ? 'No agents yet. Register one: aegis agents add <name>' : table(COLUMNS(), agents.map(row));
  });
}

const COLUMNS = (): readonly Column[] => [
  { title: 'agent', least: 10 },
  { title: 'status', tone: (status) => (status === 'active' ? 'good' : 'bad') },
  { title: 'framework', least: 6 },
  { title: 'team', least: 6 },
  { title: 'waiting', right: true },
  whenColumn('first seen'),
];

function row({ agent, status, framework, team, pendingApprovals, firstSeen, protection }: AgentRow): string[] {
  const standing = protection === 'unprotected' ? `${status}, unprotected` : status;
  return [agent, standing, framework ?? '', team ?? '', String(pendingApprovals), when(firstSeen)];
}

interface AddOptions {
  readonly framework?: string;
  readonly team?: string;
  readonly maxPriority?: number;
  readonly onUnavailable?: string;
  readonly readOnly?: string;
  readonly rotate?: true;
  readonly json?: true;
}

const NAME = /^[A-Za-z0-9._:@/-]{1,128}$/;

const taken = (agent: string): CliError =>
  new CliError(
    EXIT.conflict,
    'CONFLICT',
    `The agent \`${agent}\` is registered already.`,
    `Use the key it has. If it is lost, \`aegis agents add ${agent} --rotate\` makes a new one, and the old one stops working.`,
  );

async function add(agent: string, options: AddOptions): Promise<void> {
  const capabilities = options.readOnly
    ?.split(',')
    .filter((tool) => tool !== '')
    .map((tool) => `readonly:${tool}`);
  const { maxPriority, onUnavailable, framework, team, rotate } = options;
  // What is not given is not sent: the daemon has the defaults, and a rotation keeps what was.
  const aegis = connection();
  if (!NAME.test(agent))
    throw new CliError(EXIT.usage, 'USAGE', `\`${visible(agent)}\` cannot name an agent.`, 'Use 1 to 128 letters, digits and . _ : @ / -');
  const made = (await aegis
    .post('/v1/agents', { agent, capabilities, maxPriority, onUnavailable, framework, team, rotate })
    .catch((error: unknown) => {
      throw error instanceof CliError && error.code === 'CONFLICT' && rotate !== true ? taken(agent) : error;
    })) as { agent: string; key: string };
  if (options.json === true) return json(made);
  line(`${options.rotate === true ? 'A new key for' : 'Registered'} ${visible(made.agent)}. Its key, shown this once:`);
  line(`\n  ${tone('bold', made.key)}\n`);
  line('Set it in the terminal or service the agent runs in. (Not in yours: your own commands need your key.)');
  line(`  export AEGIS_URL=${aegis.url} AEGIS_KEY=${made.key} AEGIS_AGENT=${made.agent}`);
  const { answerKey } = loadCredentials();
  if (answerKey !== undefined) line(`  export AEGIS_ANSWER_KEY=${answerKey}`);
}
