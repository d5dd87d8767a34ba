import { AegisError } from '../../../errors.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { DecisionPoint } from '../decision-point.ts';
import type { Notification, Request } from '../message.ts';
import { handleAgentMessage } from '../handle-agent-message.ts';
import { handleServerMessage } from '../handle-server-message.ts';
import { audit, newSession } from '../session.ts';
import type { ServerIdentity } from '../server-identity.ts';
import type { SendToAgent, Session, SessionDeps } from '../session.ts';
import { ensureToolsShown } from '../tool-list.ts';
import { serveAgent } from './serve-agent.ts';
import type { Streams } from './serve-agent.ts';
import type { ServerMessage, Upstream } from '../upstream.ts';

/** A server that speaks to one agent only. */
export interface OwnUpstream extends Upstream {
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

export interface StdioTerms extends Pick<SessionDeps, 'clock' | 'after' | 'mint' | 'digestOf' | 'stateSigner' | 'answerMs' | 'notice'> {
  readonly decisionPoint: DecisionPoint;
  readonly server: ServerIdentity;
  readonly streams: Streams;
  readonly connect: (terms: {
    readonly onServerMessage: (serverMessage: ServerMessage) => void;
    readonly refused: (code: string) => void;
    readonly definition: (tool: string) => JsonObject | undefined;
    readonly renewed: (request: Request, signal: AbortSignal) => Promise<boolean>;
    readonly answerMs?: number;
  }) => OwnUpstream;
  /** Ends the conversation from outside (a signal of the operating system). */
  readonly stop: AbortSignal;
}

/** One agent on stdio, one server. Resolves with why it ended: null when the agent, or whoever stopped us, proposed it. */
export async function serveStdio({ streams, connect, stop, ...rest }: StdioTerms): Promise<string | null> {
  let say: SendToAgent = () => undefined;
  const tell = (message: Request | Notification): void => say(message);
  const upstream = connect({
    onServerMessage: (serverMessage) => void handleServerMessage(session, serverMessage, { tell, call: null }).catch(() => undefined),
    refused: (code) => audit(session, code),
    definition: (tool) => session.tools.get(tool)?.definition,
    renewed: (request, signal) => begunAnew(session, request, signal),
    ...(rest.answerMs === undefined ? {} : { answerMs: rest.answerMs }),
  });
  const session = newSession({ ...rest, upstream });
  // What waits for a person or for Aegis waits for nothing once the server is gone.
  const ended = new AbortController();
  const dead = upstream.gone.then((reason) => {
    ended.abort(new AegisError('MCP_UNREACHABLE', { detail: reason }));
    return reason;
  });
  const signal = AbortSignal.any([stop, ended.signal]);
  const agent = serveAgent(streams, {
    answer: (message, toAgent) => {
      say = toAgent;
      return handleAgentMessage(session, message, { tell: toAgent, scope: '', signal });
    },
    refused: (code) => audit(session, code),
  });
  const stopped = new Promise<null>((resolve) => {
    if (stop.aborted) resolve(null);
    else stop.addEventListener('abort', () => resolve(null), { once: true });
  });
  const why = await Promise.race([agent.over.then(() => null), stopped, dead]);
  // MCP-20: every call that was on its way is answered and settled before this process ends.
  if (why !== null) await agent.answered();
  await upstream.close();
  return why;
}

/** MCP-1: a call that was decided on one definition is not sent to a server that now shows another. */
async function begunAnew(session: Session, request: Request, signal: AbortSignal): Promise<boolean> {
  session.listed = false;
  session.subscribed.clear();
  if (request.method !== 'tools/call') return true;
  const name = String(request.params?.['name']);
  const before = session.tools.get(name)?.digest;
  await ensureToolsShown(session, request, signal);
  return before !== undefined && session.tools.get(name)?.digest === before;
}
