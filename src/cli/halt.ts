import { Option } from 'commander';
import { nearest } from '../config/keys.ts';
import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';
import { json, line, visible } from './print.ts';
import { inFlightLines, type InFlight } from './in-flight.ts';
import { named, scopeOf } from './scope.ts';

interface Options {
  readonly reason: string;
  readonly agent?: string;
  readonly unknown?: true;
  readonly json?: true;
}

interface Halted {
  readonly index: number;
  readonly inFlight: InFlight;
  /** Whose sessions of that name it stopped. */
  readonly sessions?: readonly { readonly agent: string; readonly session: string }[];
}

const SHOWN = 20;

/** `aegis halt`: one command, recorded, in force when it returns. */
export const define: Define = (command) => {
  command
    .argument('<agent|session|all>', 'what to halt')
    .argument('[id]', 'the agent or session')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .addOption(new Option('--agent <id>', 'only the session of this agent'))
    .option('--unknown', 'halt a name that is not registered yet')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis halt agent support-bot --reason "misbehaving"\n  $ aegis halt session 4be1 --reason "wrong customer"\n  $ aegis halt all --reason "incident 12"',
    )
    .action(async (kind: string, id: string | undefined, options: Options) => {
      const scope = scopeOf(kind, id, options.agent);
      // A typing error in a hurry must not look like a halt.
      if (scope.kind === 'agent' && options.unknown !== true) await mustBeRegistered(scope.id);
      const receipt = (await connection().post('/v1/halt', { scope, reason: options.reason })) as Halted;
      if (options.json === true) return json(receipt);
      line(`Halted ${visible(named(scope))}; recorded as entry ${String(receipt.index)}.`);
      for (const { agent, session } of receipt.sessions ?? []) line(`  session ${visible(session)} of ${visible(agent)}`);
      const { inFlight } = receipt;
      if (inFlight.count === 0) return line('Nothing was in flight.');
      line(`In flight: ${String(inFlight.count)} actions were allowed before the halt and have no outcome yet. They may have been done:`);
      line(inFlightLines(inFlight, { most: SHOWN, margin: 2 }).join('\n'));
    });
};

/** @throws CliError when the agent is not registered */
async function mustBeRegistered(id: string): Promise<void> {
  const { agents } = (await connection().get('/v1/agents')) as { agents: readonly { agent: string }[] };
  const ids = agents.map(({ agent }) => agent);
  if (ids.includes(id)) return;
  const meant = nearest(id, ids);
  const suggestion = meant === null ? '' : `Did you mean \`aegis halt agent ${meant}\`? `;
  throw new CliError(
    EXIT.conflict,
    'UNKNOWN_AGENT',
    `No agent \`${id}\` is registered, so nothing was halted.`,
    `${suggestion}\`aegis agents\` lists them; --unknown halts a name before it is registered.`,
  );
}
