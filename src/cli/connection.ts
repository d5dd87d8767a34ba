import { loadCredentials, type Credentials } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';

/** A typed door to the daemon for people: JSON in, JSON out, every failure a CliError. */
export interface Connection {
  readonly url: string;
  get(path: string, query?: Query): Promise<unknown>;
  post(path: string, body?: unknown): Promise<unknown>;
  delete(path: string, query?: Query): Promise<unknown>;
  /** Lines of a text answer, as they come. */
  lines(path: string, query?: Query, signal?: AbortSignal): AsyncGenerator<string>;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function connection(credentials: Credentials = loadCredentials()): Connection {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await reach(credentials, method, path, { body, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    if (text === '') return null;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new CliError(
        EXIT.unavailable,
        'NOT_AEGIS',
        `${credentials.url} did not answer with JSON.`,
        'Is AEGIS_URL the address that `aegis up` printed?',
      );
    }
  };
  return {
    url: credentials.url,
    get: (path, query) => ask('GET', path + search(query)),
    post: (path, body = {}) => ask('POST', path, body),
    delete: (path, query) => ask('DELETE', path + search(query)),
    async *lines(path, query, signal): AsyncGenerator<string> {
      const response = await reach(credentials, 'GET', path + search(query), { signal });
      let rest = '';
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = parts.pop() ?? '';
        yield* parts;
      }
      if (rest !== '') yield rest;
    },
  };
}

const decoder = new TextDecoder();

function search(query: Query = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number | boolean] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)]))).toString()}`;
}

async function reach(
  { url, key }: Credentials,
  method: string,
  path: string,
  { body, signal }: { body?: unknown; signal?: AbortSignal | undefined },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      redirect: 'error',
    });
  } catch (cause) {
    if (signal?.aborted === true && !(signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError')) throw cause;
    throw new CliError(
      EXIT.unavailable,
      'UNREACHABLE',
      `Aegis does not answer at ${url}.`,
      'Start it with `npm start` (or `aegis up`), or set AEGIS_URL.',
    );
  }
  if (!response.ok) throw refusal(response.status, await response.text(), key.startsWith('aegis_agent_'));
  return response;
}

/** A problem+json answer as a CliError. */
function refusal(status: number, text: string, agentKey: boolean): CliError {
  let problem: {
    code?: string;
    detail?: string;
    title?: string;
    hint?: string;
    faults?: readonly { line?: number; column?: number; message?: string; hint?: string }[];
  } = {};
  try {
    problem = JSON.parse(text) as typeof problem;
  } catch {
    // Not ours; the status has to do.
  }
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
    problem.code ?? `HTTP_${String(status)}`,
    (problem.detail ?? problem.title ?? `Aegis answered ${String(status)}.`) + faults,
    hintFor(status, agentKey) ?? problem.hint ?? '',
  );
}

/** What a person at a terminal does about a refused key; the API's own hint is for those who write requests. */
function hintFor(status: number, agentKey: boolean): string | undefined {
  if ((status === 401 || status === 403) && agentKey)
    return 'AEGIS_KEY holds an agent’s key here. Use another terminal, or `unset AEGIS_KEY` and `aegis login <token>`: an agent cannot approve itself.';
  if (status === 401)
    return 'Use the token that the first `aegis up` printed, or one an administrator makes: `aegis operators add <id> --name <name>`. Then `aegis login <token>`.';
  return undefined;
}
