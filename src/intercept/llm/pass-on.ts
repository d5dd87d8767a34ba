import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AegisError } from '../../errors.ts';
import type { Outcome, Proposal } from '../../gate/nouns.ts';
import type { ActionId, SessionId } from '../../kernel/ids.ts';
import { within } from './action/within.ts';
import { settledBy } from './answer/relay.ts';
import { answerHeaders, refusalOf, refusalOfDecision, sendRefusal } from './answer/reply.ts';
import { readBody } from './bytes/read-body.ts';
import type { Dialect } from './dialect/dialect.ts';
import type { ModelProxy } from './proxy.ts';
import type { Identity } from './request/identity.ts';
import type { RequestTarget } from './request/match-route.ts';
import { derivedSession, isSessionName } from './request/session-of.ts';
import type { UpstreamCall } from './upstream/call-upstream.ts';
import type { ProviderRequest } from './upstream/upstream.ts';

/** A request for a route nobody here can read. */
export interface UninspectedRequest {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  readonly dialect: Dialect;
  readonly identity: Identity;
}

type Passing = Pick<ModelProxy, 'actions' | 'answers' | 'entrance' | 'upstream'>;

/**
 * A route nobody here can read, where the configuration lets it go (LLM-13): decided by its name, recorded as not inspected, passed byte for byte.
 * @throws AegisError for everything the client is refused with
 */
export async function passOn(proxy: Passing, uninspected: UninspectedRequest): Promise<void> {
  const { actions, entrance } = proxy;
  const { incoming, response, target, dialect, identity } = uninspected;
  const body = await readBody(incoming, entrance.bodyBytes);
  const proposal = proposalOf(uninspected, body);
  const decision = await within(actions.gate.admit(proposal), actions.decideMs);
  if (decision.effect !== 'allow') {
    sendRefusal(response, dialect, refusalOfDecision(decision));
    return;
  }
  const query = target.query
    .filter(([name]) => name !== dialect.keyQuery)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const type = incoming.headers['content-type'];
  relay(proxy, uninspected, {
    action: decision.action,
    session: proposal.session,
    request: {
      provider: dialect.provider,
      path: `${target.path}${query.length === 0 ? '' : `?${query.join('&')}`}`,
      method: target.method,
      headers: {
        'accept-encoding': 'identity',
        ...(type === undefined ? {} : { 'content-type': type }),
        [identity.credential.name]: identity.credential.value,
      },
      body: body.length === 0 ? null : body,
      mask: identity.mask,
    },
  });
}

function proposalOf({ target, dialect, identity: { caller }, incoming }: UninspectedRequest, body: Buffer): Proposal {
  const named = incoming.headers['x-aegis-session'];
  const session = typeof named === 'string' && isSessionName(named) ? named : derivedSession(caller, dialect.name, 'uninspected');
  return {
    ...caller,
    session,
    kind: 'egress',
    name: `uninspected:${target.method}${target.path}`.slice(0, 256),
    args: { method: target.method, path: target.path, body: `sha256:${hash('sha256', body, 'hex')}`, inspected: false },
    claims: {},
    door: 'llm',
    enforcement: 'enforcing',
    harness: dialect.name,
  };
}

interface Going {
  readonly action: ActionId;
  readonly session: SessionId;
  readonly request: ProviderRequest;
}

function relay(
  { actions, answers, upstream }: Passing,
  { response, dialect, identity: { caller } }: UninspectedRequest,
  { action, session, request }: Going,
): void {
  let over = false;
  let call: UpstreamCall | null = null;
  const finish = (status: Outcome['status'], errorCode?: string): boolean => {
    if (over) return false;
    over = true;
    leave?.();
    answered();
    if (status !== 'succeeded') call?.abort();
    const outcome = { ...caller, action, status, usage: {}, source: 'model_output', trusted: false } as const;
    actions.gate.settle({ ...outcome, ...(errorCode === undefined ? {} : { errorCode, state: action }) }).catch((error: unknown) => {
      if (!(error instanceof AegisError)) actions.onFault({ what: 'settling what was passed on', error });
    });
    return true;
  };
  const refuse = (error: AegisError): void => {
    if (finish(settledBy(error), error.code)) sendRefusal(response, dialect, refusalOf(error));
  };
  const answered = answers.inFlight.enter(refuse);
  const leave = answers.live.add({
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
  call = upstream.call(request, {
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
  });
}
