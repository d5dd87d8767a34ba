import type { AegisError, ErrorCode } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import type { Door } from '../kernel/action.ts';

/** Requests an agent should not have made: the act is recorded though there was nothing to decide. */
const RECORDED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BODY_INVALID_JSON',
  'BODY_TOO_LARGE',
  'BODY_TOO_DEEP',
  'BODY_TOO_MANY_KEYS',
  'REQUEST_INVALID',
  'MEDIA_TYPE',
  'AGENT_MISMATCH',
  'FORBIDDEN',
]);

/** Writes `request-refused` for an agent's malformed or forbidden request (AUTH-7). A closed gate has nothing to write to; the refusal stands. */
export async function recordRefusal(
  deps: { readonly gate: Pick<LogGate, 'record'> },
  error: AegisError,
  request: { readonly principal: Principal | undefined; readonly method: string; readonly path: string | undefined; readonly checked: boolean },
): Promise<void> {
  const { principal, method, path, checked } = request;
  // What passed our checks and is refused further in was recorded there (GATE-4).
  if (principal?.role !== 'agent' || !RECORDED.has(error.code) || (checked && error.code !== 'AGENT_MISMATCH')) return;
  // Looking where one may not look changes nothing; reaching for a verb is an act.
  if (error.code === 'FORBIDDEN' && method === 'GET') return;
  const { tenant, agent } = principal;
  const place = error.pointer === undefined || error.pointer.length > 512 ? {} : { pointer: error.pointer };
  try {
    await deps.gate.record(
      tenant,
      'request-refused',
      { code: error.code, door: doorOf(path), ...place },
      { role: 'agent', tenant, agent },
      { agent },
    );
  } catch {
    // GATE-2: nothing can be recorded while the gate is closed, and nothing was allowed either.
  }
}

function doorOf(path = ''): Door {
  if (path.startsWith('/api/v1/')) return 'handshake';
  if (path.startsWith('/v1/hooks/')) return 'hook';
  return path.startsWith('/v1/events') || path.startsWith('/v1/policy/') ? 'events' : 'http';
}
