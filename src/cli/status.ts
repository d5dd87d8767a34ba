import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { EXIT } from './exit.ts';
import { json, line, tone, visible } from './print.ts';
import { named, type Scope } from './scope.ts';

export interface Stats {
  readonly version: string;
  readonly agents: number;
  readonly halted: number;
  readonly pendingApprovals: number;
  readonly actions24h: number;
  readonly denied24h: number;
  readonly logSize: number;
  readonly gate: { readonly open: boolean; readonly why?: string };
  readonly policy: { readonly name: string; readonly digest: string };
}

/** `aegis status`: exit code 3 when the gate is closed. */
export const define: Define = (command) => {
  command.option('--json', 'print JSON').addHelpText('after', '\nExamples:\n  $ aegis status\n  $ aegis status --json');
  command.action(async (options: { json?: true }) => {
    const aegis = connection();
    const stats = (await aegis.get('/v1/stats')) as Stats;
    if (!stats.gate.open) process.exitCode = EXIT.unavailable;
    const { halts } = (await aegis.get('/v1/halt')) as { halts: readonly { scope: Scope; reason: string }[] };
    if (options.json === true) return json({ ...stats, halts });
    line(`Aegis ${stats.version} at ${aegis.url}`);
    line(`gate       ${stats.gate.open ? tone('good', 'open') : tone('bad', `closed: ${stats.gate.why ?? ''}`)}`);
    line(`policy     ${stats.policy.name} (${stats.policy.digest.slice(0, 12)})`);
    line(`agents     ${String(stats.agents)} registered, ${String(stats.halted)} halted`);
    for (const { scope, reason } of halts) line(`halted     ${tone('bad', visible(named(scope)))}: ${visible(reason)}`);
    line(`approvals  ${String(stats.pendingApprovals)} waiting`);
    line(`24 hours   ${String(stats.actions24h)} actions, ${String(stats.denied24h)} denied`);
    line(`log        ${String(stats.logSize)} entries`);
  });
};
