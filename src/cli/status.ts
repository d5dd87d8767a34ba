import type { Define } from './define.ts';
import { connection, type Connection } from './connection.ts';
import { EXIT } from './exit.ts';
import { daemonName } from './daemons.ts';
import type { Holder } from './daemons.ts';
import { inFlightLines, type InFlight } from './in-flight.ts';
import { json, tone, visible } from './print.ts';
import { named, type Scope } from './scope.ts';
import { shown, WATCH, type Watch } from './screen/watch.ts';

export interface Stats {
  readonly version: string;
  readonly agents: number;
  readonly halted: number;
  readonly pendingApprovals: number;
  readonly actions24h: number;
  readonly denied24h: number;
  readonly logSize: number;
  readonly daemons: readonly Holder[];
  readonly adminReset: { readonly operator: string; readonly by: string; readonly index: number } | null;
  readonly gate: { readonly open: boolean; readonly why?: string };
  readonly policy: { readonly name: string; readonly digest: string };
  readonly inFlight: InFlight;
}

interface Standing extends Stats {
  readonly halts: readonly { readonly scope: Scope; readonly reason: string }[];
}

/** Of what is in flight. */
const SHOWN = 5;

/** `aegis status`: exit code 3 when the gate is closed. */
export const define: Define = (command) => {
  command
    .option(...WATCH)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis status\n  $ aegis status --watch\n  $ aegis status --json')
    .action(async (options: { watch?: Watch; json?: true }) => {
      const aegis = connection();
      if (options.json === true) return json(await standing(aegis));
      await shown(options.watch, async () => text(await standing(aegis), aegis.url));
    });
};

async function standing(aegis: Connection): Promise<Standing> {
  const stats = (await aegis.get('/v1/stats')) as Stats;
  const { halts } = (await aegis.get('/v1/halt')) as Pick<Standing, 'halts'>;
  if (!stats.gate.open) process.exitCode = EXIT.unavailable;
  return { ...stats, halts };
}

function text(stats: Standing, url: string): string {
  const waiting = stats.pendingApprovals === 0 ? 'none waiting' : tone('ask', `${String(stats.pendingApprovals)} waiting: aegis approvals`);
  return [
    `Aegis ${stats.version} at ${url}`,
    `gate       ${stats.gate.open ? tone('good', 'open') : tone('bad', `closed: ${stats.gate.why ?? ''}`)}`,
    `policy     ${stats.policy.name} (${stats.policy.digest.slice(0, 12)})`,
    `agents     ${String(stats.agents)} registered, ${String(stats.halted)} halted`,
    ...stats.halts.map(({ scope, reason }) => `halted     ${tone('bad', visible(named(scope)))}: ${visible(reason)}`),
    `approvals  ${waiting}`,
    `in flight  ${stats.inFlight.count === 0 ? 'nothing' : `${String(stats.inFlight.count)} allowed, without an outcome yet`}`,
    ...inFlightLines(stats.inFlight, { most: SHOWN, margin: 11 }),
    `24 hours   ${String(stats.actions24h)} actions, ${String(stats.denied24h)} denied`,
    `log        ${String(stats.logSize)} entries`,
    ...(stats.adminReset === null ? [] : [`reset      ${tone('bad', resetLine(stats.adminReset))}`]),
    ...(stats.daemons.length > 1 ? [`daemons    ${String(stats.daemons.length)} on this store: ${stats.daemons.map(daemonName).join(', ')}`] : []),
  ].join('\n');
}

function resetLine({ operator, by, index }: NonNullable<Stats['adminReset']>): string {
  return `${visible(operator)} was made administrator offline by ${visible(by)} (entry ${String(index)}); if you know of it: aegis operators acknowledge-reset`;
}
