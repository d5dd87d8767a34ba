import type { DaemonClient } from '../../client/daemon.ts';
import { unreachable } from '../../client/daemon.ts';
import type { FoundIn } from '../../gate/nouns.ts';
import { AegisError } from '../../errors.ts';
import { EFFECTS } from '../../kernel/decision.ts';
import type { Decision } from '../../kernel/decision.ts';
import { isObject } from '../../kernel/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { DecisionPoint, EndedAction, ToolStatus } from './decision-point.ts';
import { createOutcomeQueue, recordOutcome } from './outcome-queue.ts';

export interface RemoteTerms {
  readonly session: string;
  /** Nobody but this process acts in the session; only then may the end of a call be recorded after its answer (MCP-16). */
  readonly alone: boolean;
  /** The folder the server works in; absent for one on another machine. */
  readonly cwd?: string | undefined;
  /** Milliseconds an answer may take, over and above what it was asked to wait. */
  readonly patienceMs?: number;
}

export interface RemoteDecisionPoint extends DecisionPoint {
  /** Records what is left to record. Rejects when some of it could not be. */
  flush(): Promise<void>;
}

/** Bytes of an answer of the daemon that are read at most. */
export const ANSWER_BYTES = 8_388_608;

/** The decision point in the daemon, asked from a process of its own. Whatever is not a whole, well-shaped answer is a refusal (MCP-7). */
export function remoteDecisionPoint(daemon: DaemonClient, { session, alone, cwd, patienceMs = 10_000 }: RemoteTerms): RemoteDecisionPoint {
  const post = async (path: string, body: unknown, terms: { waitMs?: number; signal?: AbortSignal | undefined } = {}): Promise<JsonObject> => {
    const { waitMs = 0, signal } = terms;
    const answer = await daemon.ask({ method: 'POST', path, body, timeoutMs: patienceMs + waitMs, signal });
    return acceptedBody(answer.status, answer.body);
  };
  const settle = async ({ action, ...ended }: EndedAction): Promise<readonly FoundIn[]> => {
    const { findings } = await post(`/v1/actions/${encodeURIComponent(action)}/outcome`, ended);
    if (!Array.isArray(findings)) throw garbled();
    return findings as unknown as readonly FoundIn[];
  };
  const outcomes = createOutcomeQueue(settle);
  return {
    most: 900_000,
    decide: (proposed, waitMs, signal) =>
      outcomes.askWith(async (carried) => {
        const where = cwd === undefined ? {} : { cwd };
        const asked = { ...proposed, ...where, session, door: 'mcp', enforcement: 'enforcing', ...(carried.length === 0 ? {} : { ended: carried }) };
        return decisionOn(proposed.id, await post(`/v1/actions?wait=${String(waitMs)}`, asked, { waitMs, signal }));
      }),
    settle,
    end: async (ended) => {
      if (alone) return outcomes.add(ended);
      try {
        await recordOutcome(settle, ended);
      } catch (error) {
        // Late is better than never: it is recorded with the next decision, as the end of an answer that was withheld.
        if (error instanceof AegisError && error.code === 'AEGIS_UNREACHABLE') outcomes.add(ended);
        throw error;
      }
    },
    flush: () => outcomes.flush(),
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
  };
}

/** A refusal of the daemon keeps its code; whatever else is no JSON object is as good as no answer. */
function acceptedBody(status: number, body: unknown): JsonObject {
  if (!isObject(body)) throw garbled();
  if (status >= 200 && status < 300) return body;
  const code = typeof body['code'] === 'string' ? body['code'] : String(status);
  const detail = typeof body['detail'] === 'string' ? body['detail'] : 'no reason was given';
  throw new AegisError('AEGIS_REFUSED', { code, detail });
}

function decisionOn(action: string, body: JsonObject): Decision {
  const { effect, reasons, obligations, modify } = body;
  const known = (EFFECTS as readonly unknown[]).includes(effect) && Array.isArray(reasons) && reasons.length > 0 && isObject(obligations);
  if (!known || (effect === 'modify' && (!isObject(modify) || !isObject(modify['args'])))) throw garbled();
  if (body['action'] !== action) throw unreachable('it answered about another action');
  return body as unknown as Decision;
}

function statusesOf(body: JsonObject, tools: readonly JsonObject[]): readonly ToolStatus[] {
  const statuses = body['tools'];
  if (!Array.isArray(statuses) || statuses.length !== tools.length) throw garbled();
  return statuses as unknown as readonly ToolStatus[];
}

const garbled = (): AegisError => unreachable('its answer has not the shape of one');
