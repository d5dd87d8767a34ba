import type { IncomingHttpHeaders } from 'node:http';
import { AegisError } from '../../../errors.ts';

/** RFC 9110 §10.2.3: seconds, or a date; whatever else the server wrote is not repeated. */
const SECONDS = /^\d{1,9}$/;
const DATE = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

export function retryAfterOf(headers: IncomingHttpHeaders): string | null {
  const text = headers['retry-after']?.trim() ?? '';
  return SECONDS.test(text) || DATE.test(text) ? text : null;
}

/**
 * What a status says by itself, whatever stands in the body: the server did not take the request (MCP-24). null where the body speaks, and
 * where nothing can be told: a server that fails (5xx) may have done it.
 */
export function refusalIn(
  { state }: { readonly state: () => Readonly<Record<string, string>> },
  { status, headers }: { readonly status: number; readonly headers: IncomingHttpHeaders },
): AegisError | null {
  if (status === 401 || status === 403 || status === 407) return new AegisError('MCP_CREDENTIALS_REFUSED', { status });
  if (status === 404 && state()['mcp-session-id'] !== undefined) return new AegisError('MCP_SESSION_LOST');
  const retryAfter = retryAfterOf(headers);
  if (status === 429 || (status === 503 && retryAfter !== null))
    return new AegisError('MCP_BUSY', { status, ...(retryAfter === null ? {} : { retryAfter }) });
  return status >= 300 && status < 500 && status !== 408 ? new AegisError('MCP_SERVER_REFUSED', { status }) : null;
}
