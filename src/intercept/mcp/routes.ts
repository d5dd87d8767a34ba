import { Type } from 'typebox';
import { AegisError } from '../../errors.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { ToolGate } from '../../gate/tool-gate.ts';
import type { ShownTools } from '../../gate/nouns.ts';
import { route } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { agentOf } from '../../http/keys.ts';
import { CLOSED, digest, jsonObject, name, NameParams, ReceiptReply } from '../../http/shapes.ts';
import type { AgentId, Digest, SessionId, TenantId } from '../../kernel/ids.ts';
import { DECIDERS, EVERYONE, PEOPLE } from '../../kernel/role.ts';
import type { ToolState } from '../../kernel/world.ts';

const doc = (summary: string) => ({ summary, tag: 'mcp' });
const tool = () => Type.String({ minLength: 1, maxLength: 256 });
const Place = Type.Object({ agent: name(), server: name(), tool: tool() }, CLOSED);
const MOST = 1_024;
const program = () => Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { maxItems: 8 });

export interface McpRouteDeps {
  readonly gate: ToolGate & LogGate;
  /** Bytes the log holds beside its entries; null when there are none. */
  readonly payload: (tenant: TenantId, digest: Digest) => Promise<Uint8Array | 'erased' | null>;
}

/** What MCP servers say their tools are, what is pinned of it, and what a person says of the rest (MCP). */
export function mcpRoutes(deps: McpRouteDeps): readonly Route[] {
  return [showRoute(deps), refusalRoute(deps), listRoute(deps), definitionRoute(deps), acceptRoute(deps), forgetRoute(deps)];
}

const showRoute = ({ gate }: McpRouteDeps): Route =>
  route({
    method: 'POST',
    path: '/v1/mcp/servers/:id/tools',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: ['tool-pinned', 'tool-quarantined'],
    doc: doc('Show the definitions a server answered with: pinned, hidden, or in quarantine'),
    params: NameParams,
    body: Type.Object(
      { identity: digest(), program: Type.Optional(program()), session: name(), tools: Type.Array(jsonObject(), { maxItems: MOST }) },
      CLOSED,
    ),
    response: Type.Object({ tools: Type.Array(jsonObject()) }),
    handle: async ({ principal, params, body }) => {
      const { tenant, agent } = agentOf(principal);
      const shown = { ...body, identity: body.identity as Digest, session: body.session as SessionId } as Omit<
        ShownTools,
        'tenant' | 'agent' | 'server'
      >;
      return { tools: await gate.showTools({ ...shown, tenant, agent, server: params.id }) };
    },
  });

const refusalRoute = ({ gate }: McpRouteDeps): Route =>
  route({
    method: 'POST',
    path: '/v1/mcp/refusals',
    auth: 'key',
    role: ['agent'],
    tenant: 'key',
    audited: ['request-refused'],
    doc: doc('Record that the MCP proxy refused something before there was anything to decide'),
    body: Type.Object({ code: Type.String({ pattern: '^MCP_[A-Z_]{1,60}$' }) }, CLOSED),
    response: ReceiptReply,
    handle: ({ principal, body }) => {
      const { tenant, agent } = agentOf(principal);
      return gate.record(tenant, 'request-refused', { code: body.code, door: 'mcp' }, principal, { agent });
    },
  });

const view = (agent: AgentId, state: ToolState) => ({ agent, ...state });

const listRoute = ({ gate }: McpRouteDeps): Route =>
  route({
    method: 'GET',
    path: '/v1/mcp/tools',
    auth: 'key',
    role: EVERYONE,
    tenant: 'key',
    audited: [],
    doc: doc('Every tool servers have shown; an agent sees its own'),
    query: Type.Object({ agent: Type.Optional(name()), server: Type.Optional(name()) }, CLOSED),
    response: Type.Object({ tools: Type.Array(jsonObject()) }),
    handle: ({ principal, query }) => {
      const of = principal.role === 'agent' ? principal.agent : query.agent;
      const all = [...gate.world(principal.tenant).tools.entries()].filter(([agent]) => of === undefined || agent === of);
      const tools = all.flatMap(([agent, states]) => states.map((state) => view(agent, state)));
      return { tools: tools.filter(({ server }) => query.server === undefined || server === query.server) };
    },
  });

function stateOf({ gate }: McpRouteDeps, tenant: TenantId, place: { agent: string; server: string; tool: string }): ToolState {
  const states = gate.world(tenant).tools.get(place.agent as AgentId) ?? [];
  const state = states.find((one) => one.server === place.server && one.tool === place.tool);
  if (state === undefined) throw new AegisError('NOT_FOUND', { what: 'tool' });
  return state;
}

const definitionRoute = (deps: McpRouteDeps): Route =>
  route({
    method: 'GET',
    path: '/v1/mcp/definition',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: doc('The bytes of a definition: as it is pinned, and as it is in quarantine'),
    query: Place,
    response: Type.Object({ pinned: Type.Union([Type.String(), Type.Null()]), doubted: Type.Union([Type.String(), Type.Null()]) }),
    handle: async ({ principal, query }) => {
      const { pinned, doubted } = stateOf(deps, principal.tenant, query);
      const text = async (of: { readonly digest: Digest } | null): Promise<string | null> => {
        const bytes = of === null ? null : await deps.payload(principal.tenant, of.digest);
        return bytes === null || bytes === 'erased' ? null : new TextDecoder().decode(bytes);
      };
      return { pinned: await text(pinned), doubted: await text(doubted) };
    },
  });

const acceptRoute = ({ gate }: McpRouteDeps): Route =>
  route({
    method: 'POST',
    path: '/v1/mcp/accept',
    auth: 'key',
    role: DECIDERS,
    tenant: 'key',
    audited: ['tool-pinned'],
    doc: doc('Trust a definition in quarantine, named by the digest that was read (and by its program, where that changed)'),
    body: Type.Object(
      { agent: name(), server: name(), tool: tool(), digest: digest(), identity: Type.Optional(digest()), program: Type.Optional(program()) },
      CLOSED,
    ),
    response: ReceiptReply,
    handle: ({ principal, body: { agent, digest, ...read } }) => {
      const accepted = { ...read, agent: agent as AgentId, digest: digest as Digest };
      return gate.acceptTool(principal.tenant, accepted as typeof accepted & { readonly identity?: Digest }, principal);
    },
  });

const forgetRoute = ({ gate }: McpRouteDeps): Route =>
  route({
    method: 'POST',
    path: '/v1/mcp/forget',
    auth: 'key',
    role: DECIDERS,
    tenant: 'key',
    audited: ['tool-forgotten'],
    doc: doc('Forget what an agent was shown of a server: the tools named, or all'),
    body: Type.Object(
      { agent: name(), server: name(), tools: Type.Optional(Type.Array(tool(), { minItems: 1, maxItems: MOST, uniqueItems: true })) },
      CLOSED,
    ),
    response: Type.Object({ forgotten: Type.Array(Type.String()) }),
    handle: async ({ principal, body }) => ({
      forgotten: await gate.forgetTools(principal.tenant, { ...body, agent: body.agent as AgentId }, principal),
    }),
  });
