import type { PassageExchange } from '../../../http/passage.ts';
import type { Digest, SessionId } from '../../../kernel/ids.ts';
import { gateDecisionPoint } from '../gate-decision-point.ts';
import type { Caller, McpGate } from '../gate-decision-point.ts';
import { keyOf as messageKey } from '../message.ts';
import { audit, newSession } from '../session.ts';
import type { Session, SessionDeps } from '../session.ts';
import type { Peer } from './exchange.ts';
import { httpUpstream } from './http-upstream.ts';
import type { HttpUpstreamTerms } from './http-upstream.ts';
import { sessionTable } from './session-table.ts';

export interface GatewaySessionDeps extends Pick<SessionDeps, 'clock' | 'after' | 'mint' | 'digestOf' | 'stateSigner' | 'answerMs'> {
  readonly gate: McpGate;
  readonly servers: ReadonlyMap<string, GatewayPeer>;
}

/** A configured server, as the gateway reaches it. */
export interface GatewayPeer extends Peer {
  readonly name: string;
  readonly identity: Digest;
}

/** One agent's session with one server. */
export interface GatewaySession {
  readonly session: Session;
  readonly terms: HttpUpstreamTerms;
  readonly owner: string;
  readonly caller: Caller;
  /** Requests the server answered with a stream: the agent gets one too. */
  readonly streamed: Set<string>;
  /** Headers of the session towards the server. */
  readonly state: Record<string, string>;
}

/** The sessions of the gateway: those with an id, by server and id; and those without one, by server and agent. */
export interface GatewaySessions {
  /** MCP-14: a session id opens nothing for anybody but the agent it was given to. */
  find(incoming: PassageExchange): GatewaySession | null;
  /** A session for an `initialize`; it is found again once the server has given it an id. */
  begin(incoming: PassageExchange, peer: GatewayPeer): GatewaySession;
  end(session: GatewaySession): void;
}

const LIMITS = { perOwner: 128, all: 8_192 } as const;
const SESSION = /^[!-~]{1,256}$/;

export function gatewaySessions(deps: GatewaySessionDeps): GatewaySessions {
  const open = sessionTable<GatewaySession>(LIMITS);
  const begin = (incoming: PassageExchange, peer: GatewayPeer): GatewaySession =>
    newGatewaySession(deps, { incoming, peer }, (id, made) => {
      const key = keyOf(peer.name, id, made.owner);
      // A server that hands out an id it gave to another agent gives it to nobody.
      if (open.has(key)) return;
      made.state['mcp-session-id'] = id;
      open.set(made.owner, key, made);
    });
  return {
    begin,
    find: (incoming) => {
      const id = incoming.request.headers['mcp-session-id'];
      const owner = ownerOf(incoming);
      if (id !== undefined) {
        const found = typeof id === 'string' ? open.get(keyOf(incoming.name, id, owner)) : undefined;
        return found?.owner === owner ? found : null;
      }
      const peer = deps.servers.get(incoming.name);
      if (peer === undefined) return null;
      const key = keyOf(incoming.name, undefined, `${owner} ${namedSession(incoming) ?? ''}`);
      const known = open.get(key);
      if (known !== undefined) return known;
      const made = begin(incoming, peer);
      open.set(owner, key, made);
      return made;
    },
    end: (session) => open.delete(session),
  };
}

export const ownerOf = ({ principal: { tenant, agent } }: PassageExchange): string => JSON.stringify([tenant, agent]);
const keyOf = (name: string, id: string | undefined, owner: string): string => JSON.stringify(id === undefined ? [name, null, owner] : [name, id]);

/** The Aegis session an agent says it is in: MCP 2026-07-28 has none of its own, and budgets and taint need one. */
function namedSession({ request: { headers } }: PassageExchange): string | null {
  const given = headers['aegis-session'];
  return typeof given === 'string' && /^[A-Za-z0-9._:@/-]{1,128}$/.test(given) ? given : null;
}

function newGatewaySession(
  deps: GatewaySessionDeps,
  { incoming, peer }: { readonly incoming: PassageExchange; readonly peer: GatewayPeer },
  named: (id: string, made: GatewaySession) => void,
): GatewaySession {
  const { tenant, agent } = incoming.principal;
  const state: Record<string, string> = {};
  const caller = { tenant, agent, session: (namedSession(incoming) ?? `mcp/${peer.name}/${deps.mint()}`) as SessionId };
  const terms: HttpUpstreamTerms = {
    peer,
    state: () => state,
    definition: (tool) => session.tools.get(tool)?.definition,
    refused: (code) => audit(session, code),
    ...(deps.answerMs === undefined ? {} : { answerMs: deps.answerMs }),
    answered: (message, headers) => {
      if ('id' in message && (headers['content-type'] ?? '').startsWith('text/event-stream')) made.streamed.add(messageKey(message.id));
      const id = headers['mcp-session-id'];
      if ('method' in message && message.method === 'initialize' && typeof id === 'string' && SESSION.test(id) && (peer.mask?.text(id) ?? id) === id)
        named(id, made);
    },
  };
  const session = newSession({
    ...deps,
    decisionPoint: gateDecisionPoint(deps.gate, caller),
    server: { name: peer.name, identity: peer.identity, remote: true },
    upstream: httpUpstream(terms),
  });
  const made: GatewaySession = { session, terms, owner: ownerOf(incoming), caller, state, streamed: new Set() };
  return made;
}
