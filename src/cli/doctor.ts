import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { AegisError } from '../errors.ts';
import type { Define } from './define.ts';
import { connection, type Connection } from './connection.ts';
import { credentialsPath, savedCredentials } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';
import type { Finding } from './finding.ts';
import { flagsOf } from './flags.ts';
import { hookFindings } from './hook/findings.ts';
import { containFindings } from './contain-findings.ts';
import { json, line, tone, visible } from './print.ts';
import type { Stats } from './status.ts';

/** `aegis doctor`: exit code 1 when something is bad. */
export const define: Define = (command) => {
  command
    .option('--data <folder>', 'folder of the store')
    .option('--checkpoints <folder>', 'where signed checkpoints are kept')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis doctor\n  $ aegis doctor --data /var/lib/aegis --json')
    .action(async (options: DoctorOptions) => {
      const findings = [
        runtime(),
        ...(await places(options)),
        environment(process.env),
        operatorKey(process.env),
        ...(await daemon(options)),
        ...(await hookFindings()),
        ...(await containFindings(process.env)),
      ];
      if (findings.some(({ state }) => state === 'bad')) process.exitCode = EXIT.failed;
      if (options.json === true) return json(findings);
      for (const { check, state, detail, next } of findings) {
        line(`${mark(state)} ${check.padEnd(12)} ${visible(detail)}`);
        if (next !== undefined) line(`               → ${next}`);
      }
    });
};

function mark(state: Finding['state']): string {
  return state === 'ok' ? tone('good', 'ok  ') : state === 'warn' ? tone('ask', 'warn') : tone('bad', 'BAD ');
}

function runtime(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24
    ? { check: 'runtime', state: 'ok', detail: `Node ${process.versions.node}` }
    : {
        check: 'runtime',
        state: 'warn',
        detail: `Node ${process.versions.node}`,
        next: 'Aegis is tested on Node 24; `npm rebuild node` installs it beside the project.',
      };
}

interface DoctorOptions {
  readonly data?: string;
  readonly checkpoints?: string;
  readonly config?: string;
  readonly json?: true;
}

/** The configuration as `aegis up` would read it, and the two folders it names. Nothing is made. */
async function places(options: DoctorOptions): Promise<readonly Finding[]> {
  try {
    const config = await loadConfig({
      ...(options.config === undefined ? {} : { file: options.config }),
      env: process.env,
      flags: flagsOf(options),
      cwd: process.cwd(),
    });
    return [disk('store', config.dataDir), disk('checkpoints', config.checkpointDir)];
  } catch (error) {
    if (!(error instanceof AegisError)) throw error;
    return [{ check: 'config', state: 'bad', detail: error.message, next: error.hint }];
  }
}

function disk(check: string, folder: string): Finding {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK);
    const { bavail, bsize } = statfsSync(existing);
    const freeMb = Math.floor((bavail * bsize) / 1_048_576);
    const what = existing === folder ? `${folder} is writable` : `${folder} will be made at the first start`;
    return freeMb > 500
      ? { check, state: 'ok', detail: `${what}, ${String(freeMb)} MB free` }
      : {
          check,
          state: 'warn',
          detail: `${what}, only ${String(freeMb)} MB free`,
          next: 'When the disk is full nothing can be recorded, and every action is denied.',
        };
  } catch (error) {
    return {
      check,
      state: 'bad',
      detail: error instanceof Error ? error.message : String(error),
      next: 'Choose a writable folder: --data, or dataDir and checkpointDir in aegis.yaml.',
    };
  }
}

/** A login that any program of this user could grant with. */
function operatorKey(env: NodeJS.ProcessEnv): Finding {
  const check = 'operator key';
  const saved = savedCredentials(env);
  if (saved === undefined) return { check, state: 'ok', detail: 'no login is kept here' };
  const scripts = saved.allowScripts === true ? '; programs may grant with it without a terminal' : '';
  if (saved.locked !== undefined) return { check, state: 'ok', detail: `locked with a passphrase${scripts}` };
  const detail = `the login in ${credentialsPath(env)} is not locked: an agent of this user can approve its own actions with it${scripts}`;
  return { check, state: 'warn', detail, next: 'Lock it with a passphrase: `aegis lock`.' };
}

/** A person's token in a place where an agent of the same user can read it. */
function environment(env: NodeJS.ProcessEnv): Finding {
  if (env['AEGIS_AGENT'] !== undefined && existsSync(credentialsPath(env))) {
    return {
      check: 'separation',
      state: 'warn',
      detail: 'an agent’s settings and a person’s saved login are visible to the same user',
      next: 'Run agents as another user, or `aegis login --forget` where they run: approvals are only as separate as the keys.',
    };
  }
  return { check: 'separation', state: 'ok', detail: 'no agent settings beside a person’s login here' };
}

/** The daemon that answers may keep its store elsewhere: then what is said above is about another one. */
async function sameStore(aegis: Connection, options: DoctorOptions): Promise<readonly Finding[]> {
  const { note } = (await aegis.get('/v1/log/checkpoint')) as { note: string | null };
  const { dataDir } = await loadConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    env: process.env,
    flags: flagsOf(options),
    cwd: process.cwd(),
  });
  const id = join(dataDir, 'log.id');
  const here = existsSync(id) ? `aegis-${readFileSync(id, 'utf8').trim()}/` : null;
  if (note === null || (here !== null && note.startsWith(here))) return [];
  return [
    {
      check: 'same store',
      state: 'warn',
      detail: `the daemon at ${aegis.url} keeps another store than ${dataDir}`,
      next: 'Name the one it keeps: `aegis doctor --data <folder>`, as `aegis up` was started.',
    },
  ];
}

async function daemon(options: DoctorOptions): Promise<readonly Finding[]> {
  try {
    const aegis = connection();
    const stats = (await aegis.get('/v1/stats')) as Stats;
    return [
      { check: 'daemon', state: 'ok', detail: `${aegis.url}, version ${stats.version}` },
      ...(await sameStore(aegis, options)),
      stats.gate.open
        ? { check: 'gate', state: 'ok', detail: 'open' }
        : { check: 'gate', state: 'bad', detail: stats.gate.why ?? 'closed', next: 'Free disk space or repair the store; it opens by itself.' },
      { check: 'policy', state: 'ok', detail: `${stats.policy.name} (${stats.policy.digest.slice(0, 12)})` },
      {
        check: 'integrations',
        state: 'warn',
        detail: 'HTTP and the TypeScript SDK are advisory: an agent that runs code as the same user can go around them',
        next: 'See docs/limits.md.',
      },
    ];
  } catch (error) {
    const next = error instanceof CliError && error.hint !== '' ? error.hint : 'Start it with `npm start`, then `aegis login <token>`.';
    return [{ check: 'daemon', state: 'warn', detail: error instanceof Error ? error.message : String(error), next }];
  }
}
