import type { Daemon } from '../daemon/main.ts';
import type { Define } from './define.ts';
import { DEFAULT_URL } from './credentials.ts';
import { clockNotice } from './clock-notice.ts';
import { sharedNotice } from './daemons.ts';
import { flagsOf } from './flags.ts';
import { line, note, tone } from './print.ts';
import { stopped } from './stopped.ts';

/** `aegis up`: the daemon in the foreground until Ctrl-C. */
export const define: Define = (command) => {
  command
    .option('--policy <name|file>', 'policy of a new store: default, strict, locked or a file')
    .option('--port <number>', 'port to listen on (0 takes a free one)')
    .option('--proxy-port <number>', 'port of the model proxy (default 7412; 0 takes a free one)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1); any other sends keys in clear text unless TLS is in front')
    .option('--data <folder>', 'folder of the store')
    .option('--checkpoints <folder>', 'where signed checkpoints are kept; best on another disk')
    .option('--config <file>', 'configuration file (default ./aegis.yaml when there is one)')
    .option('--json', 'print one JSON object when ready')
    .addHelpText('after', '\nExamples:\n  $ aegis up\n  $ aegis up --policy strict --port 8080\n  $ aegis up --data /var/lib/aegis')
    .action(async (options: UpOptions) => {
      const [{ startDaemon, surviveFaults }, { loadConfig, policyAsked }] = await Promise.all([
        import('../daemon/main.ts'),
        import('../config/load.ts'),
      ]);
      const cwd = process.cwd();
      const sources = {
        ...(options.config === undefined ? {} : { file: options.config }),
        env: process.env,
        flags: flagsOf(options),
        cwd,
      };
      const config = await loadConfig(sources);
      const onFault = ({ what, error }: { what: string; error: unknown }): void =>
        note(`aegis: ${what}: ${error instanceof Error ? error.message : String(error)}`);
      // Heard from the first line on: whoever reads that it is ready may end it.
      const ending = stopped();
      const daemon = await startDaemon({ config, cwd, onFault, rehearse: true, showsKeys: true, policyAsked: await policyAsked(sources) });
      surviveFaults(daemon, onFault);
      const shared = sharedNotice(daemon.others());
      if (shared !== null) note(`aegis: ${shared}`);
      if (options.json === true)
        line(JSON.stringify({ url: daemon.url, modelUrl: daemon.modelUrl, socket: daemon.socket, firstKeys: daemon.firstKeys }));
      else announce(daemon);
      daemon.keysShown();
      for (const notice of daemon.notices) note(`aegis: ${notice}`);
      const clock = clockNotice(daemon, Date.now());
      if (clock !== null) note(`aegis: ${clock}`);
      const unwatch = await watched(daemon, config.hooks.canaryMs);
      await ending;
      if (options.json !== true) note('Stopping …');
      await unwatch();
      await daemon.close();
    });
};

/** HOOK-15. Loaded only now: nothing of it stands between a start and its first answer. */
async function watched(daemon: Daemon, everyMs: number): Promise<() => Promise<void>> {
  if (everyMs === 0) return () => Promise.resolve();
  const { watchHooks } = await import('./hook/watch.ts');
  return watchHooks({
    daemon,
    everyMs,
    report: ({ label, state, detail }) => note(`aegis: hook ${label}: ${state}: ${detail}`),
  });
}

interface UpOptions {
  readonly policy?: string;
  readonly port?: string;
  readonly proxyPort?: string;
  readonly host?: string;
  readonly data?: string;
  readonly checkpoints?: string;
  readonly config?: string;
  readonly json?: true;
}

function announce({ url, modelUrl, firstKeys, loginLink }: Daemon): void {
  line(`Aegis is running at ${tone('bold', url)}`);
  if (modelUrl !== null) line(`The model proxy is at ${tone('bold', modelUrl)}`);
  // In a log file a link would let in whoever reads it; a first start shows the admin token itself.
  const link = process.stdout.isTTY || firstKeys.length > 0 ? loginLink() : null;
  if (link === null) line('Open the dashboard with: aegis open');
  else line(`Open the dashboard, logged in, once within 10 minutes:\n\n  ${tone('bold', link)}`);
  for (const { tenant, key } of firstKeys) {
    line();
    line(`This is the first start. The admin token${tenant === 'default' ? '' : ` of ${tenant}`}, shown this once:`);
    line();
    line(`  ${tone('bold', key)}`);
    line();
    line('Next, in another terminal:');
    line(`  npx aegis login ${key}${url === DEFAULT_URL ? '' : ` --url ${url}`}`);
    line('  npx aegis agents add my-agent');
  }
  line();
  line('Stop with Ctrl-C.');
}
