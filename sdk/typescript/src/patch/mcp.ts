import { AsyncLocalStorage } from 'node:async_hooks';
import { isPlain } from '../arguments.ts';
import type { AegisClient } from '../client.ts';
import { guard } from '../guard.ts';
import type { JsonObject } from '../wire.ts';

interface Request {
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: unknown };
}

interface McpClient {
  callTool(params: NonNullable<Request['params']>, ...rest: unknown[]): Promise<unknown>;
  request(request: Request, ...rest: unknown[]): Promise<unknown>;
}

/** Set while a call that was decided is on its way to its server. */
const sending = new AsyncLocalStorage<true>();

/** MCP: `callTool` is how a tool of a server is called, and a bare request of `tools/call` is the same by another way. */
export function patchMcp(module: { readonly Client: { readonly prototype: McpClient } }, client: AegisClient): void {
  const prototype = module.Client.prototype;
  const { callTool, request } = prototype;
  const decided = (
    params: NonNullable<Request['params']>,
    signal: AbortSignal | undefined,
    send: (allowed: JsonObject) => Promise<unknown>,
  ): Promise<unknown> => {
    const args = (isPlain(params.arguments) ? params.arguments : params.arguments === undefined ? {} : { input: params.arguments }) as JsonObject;
    const proposal = { name: String(params.name), args, claims: { framework: 'mcp' } };
    return guard(client, proposal, (allowed) => sending.run(true, () => send(allowed)), signal);
  };
  prototype.callTool = function guarded(this: McpClient, params, ...rest) {
    return decided(params, signalIn(rest), (allowed) => callTool.call(this, { ...params, arguments: allowed }, ...rest));
  };
  prototype.request = function guarded(this: McpClient, asked, ...rest) {
    const { method, params } = asked;
    if (method !== 'tools/call' || params === undefined || sending.getStore() === true) return request.call(this, asked, ...rest);
    return decided(params, signalIn(rest), (allowed) => request.call(this, { ...asked, params: { ...params, arguments: allowed } }, ...rest));
  };
}

function signalIn(rest: readonly unknown[]): AbortSignal | undefined {
  return rest.map((one) => (one as { signal?: unknown } | undefined)?.signal).find((one) => one instanceof AbortSignal);
}
