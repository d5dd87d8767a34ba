import type { Daemon } from '../daemon/main.ts';
import type { Define } from './define.ts';
import { clockNotice } from './clock-notice.ts';
import { sharedNotice } from './daemons.ts';
import { flagsOf } from './flags.ts';
import type { StoreFlags } from './flags.ts';
import { line, note, tone } from './print.ts';
import { stopped } from './stopped.ts';

interface ProxyOptions {
  readonly policy?: string;
  readonly port?: string;
  readonly data?: string;
  readonly checkpoints?: string;
  readonly config?: string;
  readonly json?: true;
}

/** `aegis proxy`: the model proxy over the same store and gate, without the control API, also beside an `aegis up` on the same store. */
export const define: Define = (command) => {
  command
    .option('--policy <name|file>', 'policy of a new store: default, strict, locked or a file')
    .option('--port <number>', 'port to listen on (default 7412; 0 takes a free one)')
    .option('--data <folder>', 'folder of the store')
    .option('--checkpoints <folder>', 'where signed checkpoints are kept; best on another disk')
    .option('--config <file>', 'configuration file (default ./aegis.yaml when there is one)')
    .option('--json', 'print one JSON object when ready')
    .addHelpText('after', '\nExamples:\n  $ aegis proxy\n  $ aegis proxy --port 9000 --data /var/lib/aegis')
    .action(async ({ port, ...options }: ProxyOptions) => {
      const [{ startDaemon, surviveFaults }, { loadConfig, policyAsked }] = await Promise.all([
        import('../daemon/main.ts'),
        import('../config/load.ts'),
      ]);
      const cwd = process.cwd();
      const flags: StoreFlags = { ...options, ...(port === undefined ? {} : { proxyPort: port }) };
      const sources = {
        ...(options.config === undefined ? {} : { file: options.config }),
        env: process.env,
        flags: flagsOf(flags),
        cwd,
      };
      const config = await loadConfig(sources);
      const onFault = ({ what, error }: { what: string; error: unknown }): void =>
        note(`aegis: ${what}: ${error instanceof Error ? error.message : String(error)}`);
      const ending = stopped();
      const daemon = await startDaemon({
        config,
        cwd,
        onFault,
        rehearse: true,
        showsKeys: true,
        policyAsked: await policyAsked(sources),
        serve: 'models',
      });
      surviveFaults(daemon, onFault);
      const shared = sharedNotice(daemon.others());
      if (shared !== null) note(`aegis: ${shared}`);
      if (options.json === true) line(JSON.stringify({ url: daemon.url, modelUrl: daemon.modelUrl, firstKeys: daemon.firstKeys }));
      else announce(daemon);
      daemon.keysShown();
      for (const notice of daemon.notices) note(`aegis: ${notice}`);
      const clock = clockNotice(daemon, Date.now());
      if (clock !== null) note(`aegis: ${clock}`);
      await ending;
      await daemon.close();
    });
};

function announce({ url, firstKeys }: Daemon): void {
  line(`The model proxy is at ${tone('bold', url)}`);
  for (const { key } of firstKeys) line(`\nThis is the first start. The admin token, shown this once:\n\n  ${tone('bold', key)}\n`);
  line('To add agents, answer approvals and halt, use `aegis up` on the same data.');
  line('\nStop with Ctrl-C.');
}
