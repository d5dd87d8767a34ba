import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Request } from './message.ts';

/** Whether a request is of MCP 2026-07-28 or later, which it says itself. */
export function isModern({ params }: Request): boolean {
  const meta = params?.['_meta'];
  const version: Json | undefined = isObject(meta) ? meta['io.modelcontextprotocol/protocolVersion'] : undefined;
  return typeof version === 'string' && version >= '2026-07-28';
}

/** What MCP 2026-07-28 wants every result to say. */
export function completed(request: Request): JsonObject {
  return isModern(request) ? { resultType: 'complete' } : {};
}
