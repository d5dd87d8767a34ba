import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AegisError } from '../../errors.ts';
import type { Outcome, Proposal } from '../../gate/nouns.ts';
import type { ActionId, SessionId } from '../../kernel/ids.ts';
import type { Dialect } from './dialect.ts';
import type { ModelDoor } from './door.ts';
import type { Identity } from './identity.ts';
import type { Asked } from './match-route.ts';
import { readBody } from './read-body.ts';
import { answerHeaders, refusalOf, refusalOfDecision, sendRefusal } from './reply.ts';
import { originOf } from './send-on.ts';
import { derivedSession, isSessionName } from './session-ledger.ts';
import { callUpstream } from './upstream.ts';
import type { UpstreamCall } from './upstream.ts';
import { within } from './within.ts';

export interface Unread {
  readonly door: ModelDoor;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: Asked;
  readonly dialect: Dialect;
  readonly identity: Identity;
}

/**
 * A route nobody here can read, where the configuration lets it go (LLM-13): decided by its name, recorded as not inspected, passed byte for byte.
 * @throws AegisError for everything the client is refused with
 */
export async function passOn(unread: Unread): Promise<void> {
  const { door, incoming, response, asked, dialect, identity } = unread;
  const body = await readBody(incoming, door.settings.limits.bodyBytes);
  const proposal = proposalOf(unread, body);
  const decision = await within(door.gate.admit(proposal), door.settings.decideMs);
  if (decision.effect !== 'allow') {
    sendRefusal(response, dialect, refusalOfDecision(decision));
    return;
  }
  const { origin, prefix } = originOf(door.settings.upstreams[dialect.provider]?.url ?? '');
  const query = asked.query
    .filter(([name]) => name !== dialect.keyQuery)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const type = incoming.headers['content-type'];
  relay(unread, {
    action: decision.action,
    session: proposal.session,
    request: {
      origin,
      path: `${prefix}${asked.path}${query.length === 0 ? '' : `?${query.join('&')}`}`,
      method: asked.method,
      headers: {
        'accept-encoding': 'identity',
        ...(type === undefined ? {} : { 'content-type': type }),
        [identity.credential.name]: identity.credential.value,
      },
      body: body.length === 0 ? null : body,
    },
  });
}

function proposalOf({ asked, dialect, identity: { caller }, incoming }: Unread, body: Buffer): Proposal {
  const named = incoming.headers['x-aegis-session'];
  const session = typeof named === 'string' && isSessionName(named) ? named : derivedSession(caller, dialect.name, 'uninspected');
  return {
    ...caller,
    session,
    kind: 'egress',
    name: `uninspected:${asked.method}${asked.path}`.slice(0, 256),
    args: { method: asked.method, path: asked.path, body: `sha256:${hash('sha256', body, 'hex')}`, inspected: false },
    claims: {},
    door: 'llm',
    enforcement: 'enforcing',
    harness: dialect.name,
  };
}

interface Going {
  readonly action: ActionId;
  readonly session: SessionId;
  readonly request: Parameters<typeof callUpstream>[1];
}

function relay({ door, response, dialect, identity: { caller } }: Unread, { action, session, request }: Going): void {
  let over = false;
  let call: UpstreamCall | null = null;
  const finish = (status: Outcome['status'], errorCode?: string): boolean => {
    if (over) return false;
    over = true;
    leave?.();
    if (status !== 'succeeded') call?.abort();
    const outcome = { ...caller, action, status, usage: {}, source: 'model_output', trusted: false } as const;
    door.gate.settle({ ...outcome, ...(errorCode === undefined ? {} : { errorCode, state: action }) }).catch((error: unknown) => {
      if (!(error instanceof AegisError)) door.onFault({ what: 'settling what was passed on', error });
    });
    return true;
  };
  const refuse = (error: AegisError): void => {
    if (finish('failed', error.code)) sendRefusal(response, dialect, refusalOf(error));
  };
  const leave = door.live.add({
    caller,
    session,
    halt: () => {
      if (finish('cancelled', 'HALTED')) sendRefusal(response, dialect, { status: 403, code: 'HALTED', message: 'Aegis stopped this answer.' });
    },
    tick: () => undefined,
  });
  if (leave === null) {
    refuse(new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 }));
    return;
  }
  response.once('close', () => void finish('cancelled', 'CLIENT_GONE'));
  call = callUpstream(door.dispatcher, request, {
    limit: door.settings.limits.answerBytes,
    listener: {
      start: (status, headers) => {
        const type = headers['content-type'] ?? 'application/octet-stream';
        response.writeHead(status, answerHeaders(headers, { 'content-type': type, 'x-aegis-action': action, 'x-aegis-session': session }));
      },
      data: (bytes) => {
        // A copy: the client library uses its buffer again.
        if (response.write(Buffer.from(bytes))) return;
        call?.pause();
        response.once('drain', () => call?.resume());
      },
      end: () => {
        if (finish('succeeded')) response.end();
      },
      fail: refuse,
    },
  });
}
