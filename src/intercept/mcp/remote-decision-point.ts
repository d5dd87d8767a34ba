import { Agent, request } from 'node:http';
import { request as secureRequest, Agent as SecureAgent } from 'node:https';
import { AegisError } from '../../errors.ts';
import { EFFECTS } from '../../kernel/decision.ts';
import type { Decision } from '../../kernel/decision.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { parseStrict } from '../../wire/strict-json.ts';
import { createOutcomeQueue, recordOutcome } from './outcome-queue.ts';
import type { EndedAction, DecisionPoint, ToolStatus } from './decision-point.ts';

export interface Daemon {
  readonly url: string;
  readonly key: string;
  readonly session: string;
  /** Nobody but this process acts in the session; only then may the end of a call be recorded after its answer (MCP-16). */
  readonly alone: boolean;
  /** Milliseconds an answer may take, over and above what it was asked to wait. */
  readonly patienceMs?: number;
}

export interface RemoteDecisionPoint extends DecisionPoint {
  /** Records what is left to record. Rejects when some of it could not be. */
  flush(): Promise<void>;
  close(): void;
}

const KNOWN: ReadonlySet<unknown> = new Set(EFFECTS);
const ANSWER_BYTES = 8_388_608;

/** The decision point over the daemon's HTTP API. Whatever is not a whole, well-shaped answer is a refusal (MCP-7). */
export function remoteDecisionPoint(daemon: Daemon): RemoteDecisionPoint {
  const secure = daemon.url.startsWith('https:');
  const agent = secure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const { session, alone, patienceMs = 10_000 } = daemon;
  const post = (path: string, body: unknown, terms: { waitMs?: number; signal?: AbortSignal | undefined } = {}): Promise<JsonObject> =>
    ask({ daemon, agent, secure, path, body: JSON.stringify(body), timeoutMs: patienceMs + (terms.waitMs ?? 0), signal: terms.signal });
  const settle = async ({ action, ...ended }: EndedAction): Promise<void> => {
    await post(`/v1/actions/${encodeURIComponent(action)}/outcome`, ended);
  };
  const ends = createOutcomeQueue(settle);
  return {
    most: 900_000,
    decide: (proposed, waitMs, signal) =>
      ends.askWith(async (carried) => {
        const asked = { ...proposed, session, door: 'mcp', enforcement: 'enforcing', ...(carried.length === 0 ? {} : { ended: carried }) };
        return decisionOf(await post(`/v1/actions?wait=${String(waitMs)}`, asked, { waitMs, signal }));
      }),
    settle,
    end: async (ended) => (alone ? ends.add(ended) : recordOutcome(settle, ended)),
    flush: () => ends.flush(),
    label: async (source, value) => {
      await post(`/v1/sessions/${encodeURIComponent(session)}/content`, { source, value });
    },
    show: async ({ name, identity, program }, tools) => {
      const shown = { identity, session, tools, ...(program === undefined ? {} : { program }) };
      return statusesOf(await post(`/v1/mcp/servers/${encodeURIComponent(name)}/tools`, shown), tools);
    },
    refused: async (code) => {
      await post('/v1/mcp/refusals', { code });
    },
    close: () => agent.destroy(),
  };
}

function decisionOf(body: JsonObject): Decision {
  if (!KNOWN.has(body['effect']) || !Array.isArray(body['reasons']) || !isObject(body['obligations'])) throw garbled();
  if (body['effect'] === 'modify' && (!isObject(body['modify']) || !isObject(body['modify']['args']))) throw garbled();
  return body as unknown as Decision;
}

function statusesOf(body: JsonObject, tools: readonly JsonObject[]): readonly ToolStatus[] {
  const statuses = body['tools'];
  if (!Array.isArray(statuses) || statuses.length !== tools.length) throw garbled();
  return statuses as unknown as readonly ToolStatus[];
}

const unreachable = (detail: string): AegisError => new AegisError('AEGIS_UNREACHABLE', { detail });
const garbled = (): AegisError => unreachable('its answer has not the shape of one');

interface Ask {
  readonly daemon: Daemon;
  readonly agent: Agent | SecureAgent;
  readonly secure: boolean;
  readonly path: string;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

function ask({ daemon, agent, secure, path, body, timeoutMs, signal }: Ask): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${daemon.key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const deadline = setTimeout(() => sent.destroy(unreachable(`no answer within ${String(timeoutMs)} ms`)), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      reject(error instanceof AegisError ? error : unreachable(error.message));
    };
    const send = secure ? secureRequest : request;
    const sent = send(daemon.url + path, { method: 'POST', agent, headers, ...(signal === undefined ? {} : { signal }) }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_BYTES) answer.destroy(unreachable('its answer is too long'));
        else chunks.push(chunk);
      });
      answer.on('error', fail);
      answer.on('aborted', () => fail(unreachable('it broke off its answer')));
      answer.on('end', () => {
        clearTimeout(deadline);
        try {
          resolve(bodyOf(answer.statusCode ?? 0, Buffer.concat(chunks)));
        } catch (error) {
          fail(error as Error);
        }
      });
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

/** A refusal of the daemon keeps its code; whatever else is not 2xx JSON is as good as no answer. */
function bodyOf(status: number, bytes: Uint8Array): JsonObject {
  let value: Json;
  try {
    value = parseStrict(bytes, { bytes: ANSWER_BYTES, keys: 200_000 });
  } catch {
    throw garbled();
  }
  if (!isObject(value)) throw garbled();
  if (status >= 200 && status < 300) return value;
  const code = typeof value['code'] === 'string' ? value['code'] : String(status);
  const detail = typeof value['detail'] === 'string' ? value['detail'] : 'no reason was given';
  throw new AegisError('AEGIS_REFUSED', { code, detail });
}
