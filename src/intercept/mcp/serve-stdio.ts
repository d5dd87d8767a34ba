import type { JsonObject } from '../../kernel/json.ts';
import type { Judge } from './judge.ts';
import type { Notification, Request } from './message.ts';
import { fromAgent } from './relay.ts';
import { heard } from './server-word.ts';
import { audit, newSession } from './session.ts';
import type { ServerName, SessionDeps, Tell } from './session.ts';
import { serveAgent } from './stdio-agent.ts';
import type { Streams } from './stdio-agent.ts';
import type { Interim, Upstream } from './upstream.ts';

/** A server that speaks to one agent only. */
export interface OwnUpstream extends Upstream {
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

export interface StdioTerms extends Pick<SessionDeps, 'clock' | 'after' | 'mint' | 'digestOf' | 'seal'> {
  readonly judge: Judge;
  readonly server: ServerName;
  readonly streams: Streams;
  readonly connect: (terms: {
    readonly heard: (interim: Interim) => void;
    readonly refused: (code: string) => void;
    readonly definition: (tool: string) => JsonObject | undefined;
  }) => OwnUpstream;
  /** Ends the conversation from outside (a signal of the operating system). */
  readonly stop: AbortSignal;
}

/** One agent on stdio, one server. Resolves with why it ended: null when the agent, or whoever stopped us, wanted it. */
export async function serveStdio({ streams, connect, stop, ...rest }: StdioTerms): Promise<string | null> {
  let say: Tell = () => undefined;
  const tell = (message: Request | Notification): void => say(message);
  const upstream = connect({
    heard: (interim) => void heard(session, interim, { tell, call: null }).catch(() => undefined),
    refused: (code) => audit(session, code),
    definition: (tool) => session.tools.get(tool)?.definition,
  });
  const session = newSession({ ...rest, upstream });
  const agent = serveAgent(streams, {
    take: (message, toAgent) => {
      say = toAgent;
      return fromAgent(session, message, { tell: toAgent, scope: '', signal: stop });
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
