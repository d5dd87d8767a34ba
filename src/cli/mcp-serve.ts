import { randomBytes } from 'node:crypto';
import type { DaemonClient } from '../client/daemon.ts';
import { daemonClient } from '../client/daemon-client.ts';
import { credential } from '../intercept/mcp/http/headers.ts';
import { peerAt } from '../intercept/mcp/http/exchange.ts';
import { ANSWER_BYTES, remoteDecisionPoint } from '../intercept/mcp/remote-decision-point.ts';
import { connectServer } from '../intercept/mcp/http/connect-server.ts';
import { createStateSigner } from '../intercept/mcp/state-signer.ts';
import { serveStdio } from '../intercept/mcp/stdio/serve-stdio.ts';
import type { StdioTerms } from '../intercept/mcp/stdio/serve-stdio.ts';
import { maskOfVariables } from '../intercept/mcp/server-words.ts';
import type { ServerIdentity } from '../intercept/mcp/server-identity.ts';
import { startServer } from '../intercept/mcp/stdio/server-process.ts';
import { digestOf } from '../wire/digest.ts';
import { processTimers } from '../gate/timers.ts';
import { systemClock, systemRandom, uuidv7 } from '../daemon/runtime.ts';
import { unanswered, unansweredHint } from './connection.ts';
import { loadCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';
import { starterGone } from './stopped.ts';
import { programOf } from './mcp-program.ts';
import { note, visible } from './print.ts';
import { clean, environment, executableOf, identityOfCommand, nameOfCommand } from './mcp-server-name.ts';

export interface ServeOptions {
  readonly url?: string;
  readonly name?: string;
  readonly env?: string;
  readonly header: readonly string[];
  readonly session?: string;
  /** Seconds. */
  readonly timeout: number;
}

/** `aegis mcp -- <command>` and `aegis mcp --url <server>`: a conversation on stdin and stdout; everything for people goes to stderr. */
export async function serve(words: readonly string[], options: ServeOptions): Promise<void> {
  const target = await targetOf(words, options);
  const credentials = loadCredentials();
  const daemon = daemonClient({ ...credentials, mostBytes: ANSWER_BYTES });
  const ids = uuidv7(systemClock, systemRandom);
  const shared = options.session ?? process.env['AEGIS_SESSION'];
  const session = shared ?? `mcp/${target.server.name}/${ids.next()}`;
  const decisionPoint = remoteDecisionPoint(daemon, {
    session,
    alone: shared === undefined,
    cwd: options.url === undefined ? process.cwd() : undefined,
  });
  await reachable(daemon, credentials);
  const why = await serveStdio({
    decisionPoint,
    server: target.server,
    connect: target.connect,
    streams: { input: process.stdin, output: process.stdout },
    clock: systemClock,
    after: (ms, wake) => processTimers.after(ms, wake),
    mint: () => ids.next(),
    digestOf,
    stateSigner: createStateSigner(randomBytes(32)),
    stop: stopped(),
    answerMs: options.timeout * 1_000,
    notice: (text) => note(`aegis: ${visible(text)}`),
  });
  const left = await decisionPoint.flush().catch((error: unknown) => error);
  daemon.close();
  if (why !== null)
    throw new CliError(EXIT.unavailable, 'MCP_SERVER_GONE', `The MCP server is gone: ${why}.`, 'The server’s own messages are above.');
  if (left !== undefined)
    throw new CliError(
      EXIT.unavailable,
      'MCP_UNSETTLED',
      'The outcome of the last calls could not be recorded.',
      'They stay without an outcome in the log: `aegis actions --in-flight` lists them.',
    );
  process.stdin.destroy();
}

interface Target {
  readonly server: ServerIdentity;
  readonly connect: StdioTerms['connect'];
}

async function targetOf(words: readonly string[], options: ServeOptions): Promise<Target> {
  if ((options.url === undefined) === (words.length === 0))
    throw new CliError(EXIT.usage, 'USAGE', 'Name one MCP server.', 'Either `aegis mcp -- <command> [arguments]` or `aegis mcp --url <server>`.');
  return options.url === undefined ? commandTarget(words, options) : urlTarget(options.url, options);
}

async function commandTarget(words: readonly string[], { name, env: names = '' }: ServeOptions): Promise<Target> {
  const [command = '', ...args] = words;
  const variables = names.split(',').filter((one) => one !== '');
  const env = environment(variables);
  const identity = digestOf(identityOfCommand(words, variables));
  const executable = executableOf(command);
  const program = await programOf(executable, args);
  return {
    server: { name: clean(name ?? nameOfCommand(words)), identity, program, remote: false },
    // What was read is what is executed; that it is called by another word is for programs that look at their own name.
    connect: (terms) => startServer({ command: executable, called: command, args, env }, { ...terms, mask: maskOfVariables(env, variables) }),
  };
}

/** Fail closed, and before the server is started: without Aegis there is nothing to decide with. */
async function reachable(daemon: DaemonClient, { url, key }: Credentials): Promise<void> {
  const status = await daemon.ask({ method: 'GET', path: '/v1/mcp/tools', timeoutMs: 10_000 }).then(
    (answer) => answer.status,
    (error: unknown) => {
      throw new CliError(
        EXIT.unavailable,
        'UNREACHABLE',
        `${unanswered(error, url)}, so the MCP server was not started.`,
        unansweredHint(error, 'Start it with `aegis up`, or set AEGIS_URL.'),
      );
    },
  );
  if (status === 200 && key.startsWith('aegis_agent_')) return;
  throw new CliError(
    EXIT.refused,
    status === 200 ? 'FORBIDDEN' : 'UNAUTHENTICATED',
    'The MCP proxy acts for an agent, and AEGIS_KEY is not the key of one.',
    'Make one with `aegis agents add <agent>` and set AEGIS_KEY where the MCP client starts this command.',
  );
}

function stopped(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort());
  starterGone(() => controller.abort());
  return controller.signal;
}

function urlTarget(url: string, { name, header }: ServeOptions): Target {
  const headers = Object.fromEntries(header.map(headerFrom));
  const peer = peerAt(url, headers);
  const identity = digestOf({ transport: 'http', url, headers: Object.keys(headers).toSorted() });
  return {
    server: { name: clean(name ?? peer.url.hostname), identity, remote: true },
    connect: (terms) => connectServer(peer, terms),
  };
}

/** `Authorization=MCP_TOKEN`: the content of a variable, so that no secret stands in a command line. */
function headerFrom(text: string): readonly [string, string] {
  const [, name, variable] = /^([A-Za-z0-9-]{1,64})=([A-Za-z_][A-Za-z0-9_]{0,127})$/.exec(text) ?? [];
  const held = name === undefined || variable === undefined ? null : credential(name, variable);
  if (held === null)
    throw new CliError(
      EXIT.usage,
      'USAGE',
      `--header ${text} cannot be sent: the variable is not set, is empty, or has characters a header must not have (a line break?).`,
      'For example `--header Authorization=MCP_TOKEN`.',
    );
  return held;
}
