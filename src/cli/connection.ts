import type { Asking } from '../client/daemon.ts';
import { answerJson } from '../client/answer-json.ts';
import { daemonClient } from '../client/daemon-client.ts';
import { AegisError } from '../errors.ts';
import { isObject } from '../kernel/json.ts';
import { growingBytes } from '../wire/growing-bytes.ts';
import { loadCredentials, type Credentials } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';
import { presence } from './presence.ts';

/** A typed door to the daemon for people: JSON in, JSON out, every failure a CliError. */
export interface Connection {
  readonly url: string;
  get(path: string, query?: Query, patienceMs?: number): Promise<unknown>;
  post(path: string, body?: unknown, patienceMs?: number): Promise<unknown>;
  delete(path: string, query?: Query): Promise<unknown>;
  /** Lines of a text answer, as they come. */
  lines(path: string, query?: Query, signal?: AbortSignal): AsyncGenerator<string>;
}

interface Asked extends Pick<Asking, 'method' | 'path' | 'body'> {
  readonly patienceMs?: number | undefined;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const ANSWER_BYTES = 268_435_456;
/** What is read at once, and what may have to wait for a disk. */
const PATIENCE_MS = { GET: 10_000, POST: 60_000, DELETE: 60_000 } as const;
/** For what reads the whole log. */
export const LONG_MS = 600_000;

export function connection(credentials: Credentials = loadCredentials()): Connection {
  const { url, key, answerKey } = credentials;
  const daemon = daemonClient({ url, key, answerKey, mostBytes: ANSWER_BYTES, ...(key.startsWith('aegis_agent_') ? {} : { presence: presence() }) });
  const ask = async ({ method, path, body, patienceMs }: Asked): Promise<unknown> => {
    const timeoutMs = patienceMs ?? PATIENCE_MS[method];
    const answer = await daemon.ask({ method, path, body, timeoutMs }).catch((error: unknown) => {
      throw noAnswer(error, url);
    });
    if (answer.status >= 300) throw refusal(answer.status, answer.body, { url, path, key });
    if (answer.body !== undefined) return answer.body;
    throw new CliError(EXIT.unavailable, 'NOT_AEGIS', `${url} did not answer with JSON.`, 'Is AEGIS_URL the address that `aegis up` printed?');
  };
  return {
    url,
    get: (path, query, patienceMs) => ask({ method: 'GET', path: path + search(query), patienceMs }),
    post: (path, body = {}, patienceMs) => ask({ method: 'POST', path, body, patienceMs }),
    delete: (path, query) => ask({ method: 'DELETE', path: path + search(query) }),
    async *lines(path, query, signal): AsyncGenerator<string> {
      const { status, body } = await daemon.stream(path + search(query), signal).catch((error: unknown) => {
        if (signal?.aborted === true) throw error;
        throw noAnswer(error, url);
      });
      if (status >= 300) throw refusal(status, answerJson(await whole(body)), { url, path, key });
      let rest = '';
      for await (const chunk of body) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = parts.pop() ?? '';
        yield* parts;
      }
      if (rest !== '') yield rest;
    },
  };
}

const START = 'Start it with `npm start` (or `aegis up`), or set AEGIS_URL.';

/** Nobody answers, or somebody else does (DOOR-29). */
function noAnswer(error: unknown, url: string): CliError {
  const code = isStranger(error) ? 'NOT_AEGIS' : 'UNREACHABLE';
  return new CliError(EXIT.unavailable, code, `${unanswered(error, url)}.`, unansweredHint(error, START));
}

const isStranger = (error: unknown): error is AegisError => error instanceof AegisError && error.details['stranger'] !== undefined;

/** Why there is no answer, as a person is told it. */
export function unanswered(error: unknown, url: string): string {
  const unsafe = unsafeSocket(error);
  if (isStranger(error)) return `Aegis was not asked: ${String(error.details['detail'])}`;
  return unsafe === null ? `Aegis does not answer at ${url}` : `Aegis was not asked: ${unsafe}`;
}

export function unansweredHint(error: unknown, otherwise: string): string {
  if (isStranger(error)) return whoListens(String(error.details['stranger']));
  return unsafeSocket(error) === null ? otherwise : 'Put the folder right (`chmod 700`), or ask over HTTP with AEGIS_SOCKET=off.';
}

/** What a person does about a stranger on the port. */
export function whoListens(url: string): string {
  const { port, protocol } = new URL(url);
  const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return `See who listens there: \`lsof -i tcp:${number}\`. If it is Aegis and its answer key was changed, log in again; hooks: \`aegis hook pin\`.`;
}

/** A socket that lies where others could have put it is spoken to by nobody; everything else is simply no answer. */
function unsafeSocket(error: unknown): string | null {
  return error instanceof AegisError && error.details['socket'] !== undefined ? String(error.details['detail']) : null;
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const held = growingBytes();
  for await (const piece of pieces) held.append(piece);
  return held.take();
}

const decoder = new TextDecoder();

/** The query of a path, with its question mark; nothing where nothing is asked. */
export function search(query: Query = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number | boolean] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)]))).toString()}`;
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly hint?: string;
  readonly faults?: readonly { readonly line?: number; readonly column?: number; readonly message?: string; readonly hint?: string }[];
}

interface Question {
  readonly url: string;
  readonly path: string;
  readonly key: string;
}

/** A problem as a CliError; what is none does not come from the API of Aegis. */
function refusal(status: number, body: unknown, question: Question): CliError {
  const problem: Problem = isObject(body) ? body : {};
  if (problem.code === undefined)
    return new CliError(
      status === 401 || status === 403 ? EXIT.refused : EXIT.unavailable,
      'NOT_AEGIS',
      `${question.url} answered ${String(status)}, but it is not the API of Aegis.`,
      'Give the first address that `aegis up` printed; the model proxy has another port.',
    );
  const exit =
    status === 401 || status === 403
      ? EXIT.refused
      : status === 404 || status === 409 || status === 410
        ? EXIT.conflict
        : status >= 500
          ? EXIT.unavailable
          : status === 400 && problem.faults === undefined
            ? EXIT.usage
            : EXIT.failed;
  const faults = (problem.faults ?? []).map((fault) => `\n  line ${String(fault.line)}:${String(fault.column)} ${fault.message ?? ''}`).join('');
  return new CliError(
    exit,
    problem.code,
    (messageFor(problem, question) ?? problem.detail ?? problem.title ?? `Aegis answered ${String(status)}.`) + faults,
    hintFor(status, question.key.startsWith('aegis_agent_')) ?? listing(problem) ?? problem.hint ?? '',
  );
}

/** Where the things are listed that a command is given an id of. */
const LISTS: Readonly<Record<string, string>> = {
  agent: 'aegis agents',
  operator: 'aegis operators',
  action: 'aegis actions',
  session: 'aegis actions',
  entry: 'aegis log tail',
  approval: 'aegis approvals',
};

const missing = ({ code, detail = '' }: Problem): string | undefined =>
  code === 'NOT_FOUND' ? /^There is no (.+) with this id$/.exec(detail)?.[1] : undefined;

/** What a person gave, which the API does not repeat. */
function messageFor(problem: Problem, { url, path, key }: Question): string | undefined {
  if (problem.code === 'UNAUTHENTICATED') {
    const which = process.env['AEGIS_KEY'] === key ? 'the key in AEGIS_KEY' : 'this key';
    return `Aegis at ${url} does not know ${which}.`;
  }
  const what = missing(problem);
  const [, id = ''] = (what === 'entry' ? /(\d+)(?!.*\d)/ : /^\/v1\/\w+\/([^/?]+)/).exec(path) ?? [];
  return what === undefined || id === '' ? undefined : `Unknown ${what} \`${decodeURIComponent(id)}\`.`;
}

function listing(problem: Problem): string | undefined {
  const list = LISTS[missing(problem) ?? ''];
  return list === undefined ? undefined : `\`${list}\` lists them.`;
}

/** What a person at a terminal does about a refused key; the API's own hint is for those who write requests. */
function hintFor(status: number, agentKey: boolean): string | undefined {
  if ((status === 401 || status === 403) && agentKey)
    return 'AEGIS_KEY holds an agent’s key here. Use another terminal, or `unset AEGIS_KEY` and `aegis login <token>`: an agent cannot approve itself.';
  if (status === 401)
    return 'Log in with the token that the first `aegis up` of this store printed (`aegis login <token>`), or ask an administrator for one (`aegis operators add`).';
  return undefined;
}
