import type { IncomingHttpHeaders } from 'node:http';
import type { SessionId } from '../../kernel/ids.ts';
import type { Dialect, ModelRequest } from './dialect.ts';
import type { ModelCaller, ModelDoor } from './door.ts';
import { requestInvalid } from './members.ts';
import { isIdentifier } from './parties.ts';
import { derivedSession, isSessionName } from './session-ledger.ts';

/**
 * LLM-3: the header's, else that of the answer this one continues, else the one the client's own header names, else the conversation's own. All of it is
 * the client's word: who names sessions shares out what is limited by session, and nothing of what is limited by agent.
 */
export function sessionOf(
  { door, caller, dialect }: { readonly door: ModelDoor; readonly caller: ModelCaller; readonly dialect: Dialect },
  headers: IncomingHttpHeaders,
  request: ModelRequest,
): SessionId {
  const named = headers['x-aegis-session'];
  if (typeof named === 'string') {
    if (!isSessionName(named)) throw requestInvalid('x-aegis-session must be 1–128 characters of A–Z a–z 0–9 . _ : @ / -', '/session');
    return named;
  }
  const before = request.previous === undefined ? null : door.ledger.sessionOfAnswer(caller, request.previous);
  if (before !== null) return before;
  const own = dialect.sessionHeaders?.map((name) => headers[name]).find(isIdentifier);
  // Conversations on the side belong to the session their client says they do, however they begin.
  if (own !== undefined) return derivedSession(caller, dialect.name, { session: own });
  return derivedSession(caller, dialect.name, request.parties === undefined ? request.root : [request.root, request.parties]);
}
