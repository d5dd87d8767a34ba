import { AegisError } from '../../errors.ts';
import type { ToolDoubt } from '../../kernel/entry.ts';
import { mostTools } from '../../kernel/fold/tools.ts';
import type { AgentId, Digest } from '../../kernel/ids.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { ToolState } from '../../kernel/world.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import type { ShownTools, ToolReview } from '../nouns.ts';
import { ok } from '../queue/operation.ts';
import { preview } from '../actions/preview.ts';
import { SYSTEM } from '../principal.ts';
import { canonicalValue, checkPlace, invalid, parseOwn } from '../input.ts';
import { redactReading } from '../actions/redact.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { policyOf } from '../tenant/tenant.ts';
import { doubtsOf, fingerprintOf, sameProgram } from './doubts.ts';
import type { ReadTool } from './doubts.ts';

/** The name under which a server's instructions are pinned: no tool may be called this (NAME_INVALID). */
export const INSTRUCTIONS = '(instructions)';

const HIDING: ReadonlySet<string> = new Set(['TOOL_BLOCKED', 'PERMISSION_UNDECLARED']);

interface Read extends ReadTool {
  readonly bytes: Uint8Array;
}

function readTool(tenant: Tenant, { server, identity, program }: ShownTools, definition: JsonObject): Read {
  const name = definition['name'];
  if (typeof name !== 'string' || name === '' || name.length > 256) throw invalid('a tool needs a name of 1–256 characters', '/tools');
  const { bytes, digest } = canonicalValue(definition, tenant.limits, tenant.limits.argsBytes);
  const own = parseOwn(bytes);
  const { description, ...schema } = own;
  const declaration = { name, ...(typeof description === 'string' ? { description } : {}), schema: schema as Json };
  const reading = redactReading(tenant.deps.inspect({ kind: 'tool', name, args: {}, declaration }), []);
  const shown = {
    server,
    identity,
    ...(program === undefined ? {} : { program }),
    tool: name,
    digest,
    fingerprint: fingerprintOf(own, reading.facts),
  };
  return { shown, definition: own, bytes, findings: reading.findings, prose: name === INSTRUCTIONS };
}

/** MCP-4: where the policy asks about what it does not know, a tool nobody has seen is such a thing. */
function newIsDoubtful(tenant: Tenant, batch: WriteBatch, agent: AgentId): boolean {
  const policy = policyOf(tenant, batch.world());
  return policy.fallback !== 'allow' && !policy.agents.has(agent) && !policy.manifests.has(agent);
}

/** Pins, quarantines or leaves alone; what stands already is not written again. */
function place(batch: WriteBatch, agent: AgentId, read: Read, doubtful: boolean): readonly ToolDoubt[] {
  const { shown, bytes } = read;
  const mine = batch.world().tools.get(agent) ?? [];
  const known = mine.find((one) => one.server === shown.server && one.tool === shown.tool);
  const same = (one: ToolState['pinned']): boolean =>
    one !== null && one.digest === shown.digest && one.identity === shown.identity && sameProgram(one, shown);
  const entry = { actor: SYSTEM, agent, payload: { subject: `agent/${agent}`, bytes } } as const;
  const pinned = known?.pinned ?? null;
  // A pin from before programs were read learns the first that is shown: trusted at first sight, as the pin was.
  const learns = pinned?.program === undefined && shown.program !== undefined;
  if (known !== undefined && pinned !== null && same(learns ? { ...pinned, program: shown.program } : pinned)) {
    if (known.doubted !== null) batch.write('tool-pinned', { ...shown, why: 'restored' }, entry);
    else if (learns) batch.write('tool-pinned', { ...shown, why: 'program-seen' }, entry);
    return [];
  }
  const doubts = doubtsOf(read, mine, { newIsDoubtful: doubtful });
  if (doubts.length === 0) batch.write('tool-pinned', { ...shown, why: 'first-seen' }, entry);
  else if (known === undefined || !same(known.doubted) || known.doubted?.doubts.join() !== doubts.join())
    batch.write('tool-quarantined', { ...shown, doubts }, entry);
  return doubts;
}

/** Tools of one server, so that no server takes the room of the others (MCP-26). */
const MOST_OF_SERVER = 512;

/** @throws AegisError REQUEST_INVALID when this server, or all of this agent's servers together, have shown too many */
function checkRoom({ server }: ShownTools, fresh: number, { mine, most }: { readonly mine: readonly ToolState[]; readonly most: number }): void {
  if (fresh === 0) return;
  const own = mine.filter((one) => one.server === server).length;
  const forget = `\`aegis mcp forget ${server}\` makes room`;
  if (own + fresh > MOST_OF_SERVER)
    throw invalid(
      `the MCP server ${server} has shown more than ${String(MOST_OF_SERVER)} tools; ${forget}. Other servers are not affected`,
      '/tools',
    );
  if (mine.length + fresh > most) throw invalid(`the servers of this agent have shown more than ${String(most)} tools; ${forget}`, '/tools');
}

/** @throws AegisError REQUEST_INVALID, UNKNOWN_AGENT, BODY_TOO_DEEP, BODY_TOO_MANY_KEYS, BODY_TOO_LARGE, BODY_INVALID_JSON */
export async function showTools(tenant: Tenant, shown: ShownTools): Promise<readonly ToolReview[]> {
  checkPlace(shown.agent, 'agent');
  checkPlace(shown.server, 'server');
  const read = shown.tools.map((definition) => readTool(tenant, shown, definition));
  const placed = await tenant.queue.submit((batch) => {
    const world = batch.world();
    if (!world.agents.has(shown.agent)) throw new AegisError('UNKNOWN_AGENT', { agent: shown.agent });
    const mine = world.tools.get(shown.agent) ?? [];
    const fresh = read.filter((one) => !mine.some(({ server, tool }) => server === one.shown.server && tool === one.shown.tool));
    checkRoom(shown, fresh.length, { mine, most: mostTools(world) });
    const doubtful = newIsDoubtful(tenant, batch, shown.agent);
    return ok(read.map((one) => ({ tool: one.shown.tool, digest: one.shown.digest, doubts: place(batch, shown.agent, one, doubtful) })));
  });
  const hidden = await Promise.all(placed.map((one) => one.doubts.length === 0 && hides(tenant, shown, one)));
  return placed.map((one, i) => ({ ...one, status: one.doubts.length > 0 ? 'quarantined' : hidden[i] === true ? 'hidden' : 'pinned' }));
}

/** MCP-5: what no call could ever do is not offered. Asked of the kernel itself, so that the list and the calls cannot disagree. */
async function hides(tenant: Tenant, { agent, session, server }: ShownTools, { tool, digest }: { tool: string; digest: Digest }): Promise<boolean> {
  if (tool === INSTRUCTIONS) return false;
  const { reasons } = await preview(tenant, {
    tenant: tenant.id,
    agent,
    session,
    kind: 'tool',
    name: tool,
    args: {},
    claims: {},
    tool: { server, digest },
    door: 'mcp',
    enforcement: 'enforcing',
  });
  return reasons.some(({ code, effect }) => effect === 'deny' && HIDING.has(code));
}
