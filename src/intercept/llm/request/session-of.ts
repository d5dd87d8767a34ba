import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SessionId } from '../../../kernel/ids.ts';
import type { Json } from '../../../kernel/json.ts';
import type { ModelCaller } from '../caller.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { requestInvalid } from '../dialect/members.ts';
import type { ModelRequest } from '../dialect/model-request.ts';
import { isIdentifier } from '../dialect/parties.ts';
import type { Conversations } from '../memory/conversations.ts';

const NAME = /^[A-Za-z0-9._:@/-]{1,128}$/;

/**
 * LLM-3: the header's, else that of the answer this one continues, else the one the client's own header names, else the conversation's own. All of it is
 * the client's word: who names sessions shares out what is limited by session, and nothing of what is limited by agent.
 */
export function sessionOf(
  conversations: Pick<Conversations, 'sessionOfAnswer'>,
  { caller, dialect, headers }: { readonly caller: ModelCaller; readonly dialect: Dialect; readonly headers: IncomingHttpHeaders },
  request: ModelRequest,
): SessionId {
  const named = headers['x-aegis-session'];
  if (typeof named === 'string') {
    if (!isSessionName(named)) throw requestInvalid('x-aegis-session must be 1–128 characters of A–Z a–z 0–9 . _ : @ / -', '/session');
    return named;
  }
  const before = request.previous === undefined ? null : conversations.sessionOfAnswer(caller, request.previous);
  if (before !== null) return before;
  const own = dialect.sessionHeaders?.map((name) => headers[name]).find(isIdentifier);
  // Conversations on the side belong to the session their client says they do, however they begin.
  if (own !== undefined) return derivedSession(caller, dialect.name, { session: own });
  return derivedSession(caller, dialect.name, request.parties === undefined ? request.root : [request.root, request.parties]);
}

export function isSessionName(text: string): text is SessionId {
  return NAME.test(text);
}

/** A conversation's own name when it brings none: who talks, and what stays the same from turn to turn. */
export function derivedSession({ agent }: ModelCaller, dialect: string, root: Json): SessionId {
  return `llm-${hash('sha256', JSON.stringify([agent, dialect, root]), 'hex').slice(0, 32)}` as SessionId;
}
