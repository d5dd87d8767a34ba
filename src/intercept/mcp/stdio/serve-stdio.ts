import type { JsonObject } from '../../../kernel/json.ts';
import type { DecisionPoint } from '../decision-point.ts';
import type { Notification, Request } from '../message.ts';
import { handleAgentMessage } from '../handle-agent-message.ts';
import { handleServerMessage } from '../handle-server-message.ts';
import { audit, newSession } from '../session.ts';
import type { ServerIdentity } from '../server-identity.ts';
import type { SendToAgent, SessionDeps } from '../session.ts';
import { serveAgent } from './serve-agent.ts';
import type { Streams } from './serve-agent.ts';
import type { ServerMessage, Upstream } from '../upstream.ts';

/** A server that speaks to one agent only. */
export interface OwnUpstream extends Upstream {
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

export interface StdioTerms extends Pick<SessionDeps, 'clock' | 'after' | 'mint' | 'digestOf' | 'stateSigner'> {
  readonly decisionPoint: DecisionPoint;
  readonly server: ServerIdentity;
  readonly streams: Streams;
  readonly connect: (terms: {
    readonly onServerMessage: (serverMessage: ServerMessage) => void;
    readonly refused: (code: string) => void;
    readonly definition: (tool: string) => JsonObject | undefined;
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
  });
  const session = newSession({ ...rest, upstream });
  const agent = serveAgent(streams, {
    answer: (message, toAgent) => {
      say = toAgent;
      return handleAgentMessage(session, message, { tell: toAgent, scope: '', signal: stop });
    },
    refused: (code) => audit(session, code),
  });
  const stopped = new Promise<null>((resolve) => {
    if (stop.aborted) resolve(null);
    else stop.addEventListener('abort', () => resolve(null), { once: true });
  });
  const why = await Promise.race([agent.then(() => null), stopped, upstream.gone]);
  await upstream.close();
  return why;
}
