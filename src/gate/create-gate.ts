import { AegisError } from '../errors.ts';
import type { Decision } from '../kernel/decision.ts';
import type { ActionId, AgentId, ApprovalId, EntryIndex, SessionId, TenantId } from '../kernel/ids.ts';
import type { EntryBodies, EntryType, HaltScope } from '../kernel/entry.ts';
import { openEntry } from '../log/entry.ts';
import { admitAll, admitHeld, waitFor } from './admission.ts';
import { registering } from './agents.ts';
import { granting, refusing } from './approvals.ts';
import type { GateDeps } from './deps.ts';
import type { Gate, Outcome, PendingApproval, Principal, Proposal, Receipt } from './gate.ts';
import { resuming } from './halt.ts';
import { label } from './label.ts';
import { haltNow, openRoom } from './open-room.ts';
import type { OpenRoom } from './open-room.ts';
import { ok } from './operation.ts';
import { loadPolicy, writeActivated } from './policies.ts';
import { dollarBudgets, preview } from './preview.ts';
import { actorOf, operatorOf } from './principal.ts';
import { promptTerms } from './prompts.ts';
import { canonicalValue, checkPlace, parseOwn } from './proposal.ts';
import { recording } from './record.ts';
import type { RecordPlace } from './record.ts';
import { closing, handingOver, opening } from './sessions.ts';
import { settle } from './settle.ts';
import { accepting, forgetting, showTools } from './tools.ts';

/** Where tenants are recorded. */
export const DEFAULT_TENANT = 'default' as TenantId;

type Listener = (tenant: TenantId, from: EntryIndex, to: EntryIndex) => void;

interface House {
  readonly deps: GateDeps;
  readonly rooms: Map<TenantId, OpenRoom>;
  readonly listeners: Set<Listener>;
}

function roomOf({ rooms }: House, tenant: TenantId): OpenRoom {
  const room = rooms.get(tenant);
  if (room === undefined) throw new AegisError('NOT_FOUND', { what: 'tenant' });
  return room;
}

async function enter(house: House, tenant: TenantId): Promise<OpenRoom> {
  const { deps, rooms, listeners } = house;
  const appended: Listener = (of, from, to) => {
    for (const listener of listeners) {
      try {
        listener(of, from, to);
      } catch (error) {
        // A follower reads; what it throws changes no decision.
        deps.onFault?.({ what: 'follower-threw', tenant: of, error });
      }
    }
  };
  const room = await openRoom(deps, tenant, { appended });
  rooms.set(tenant, room);
  return room;
}

/** Every tenant the default log names, and every chain that is there. */
async function knownTenants({ store }: GateDeps): Promise<readonly TenantId[]> {
  const named = await store.read(DEFAULT_TENANT, { type: 'tenant-opened', limit: 100_000 });
  const opened = named
    .map(({ bytes, index }) => openEntry(bytes, index))
    .flatMap((entry) => (entry.type === 'tenant-opened' ? [entry.body.tenant] : []));
  return [...new Set<TenantId>([...opened, ...(await store.tenants())])].filter((tenant) => tenant !== DEFAULT_TENANT);
}

/** A new tenant is a fact of the default tenant's log before it is a chain of its own (GATE-13). */
async function openTenant(house: House, tenant: TenantId, by: Principal | 'system'): Promise<Receipt> {
  checkPlace(tenant, 'tenant');
  const receipt = await roomOf(house, DEFAULT_TENANT).chain.submit(recording({ type: 'tenant-opened', body: { tenant }, place: {} }, by));
  if (!house.rooms.has(tenant)) await enter(house, tenant);
  return receipt;
}

function checkHalter(by: Principal | 'system', scope: HaltScope, room: OpenRoom): void {
  if (by === 'system') return;
  const world = room.chain.standing().world;
  if (by.role !== 'agent') return void operatorOf(by, world, ['operator', 'admin']);
  const own = scope.kind === 'session' ? world.sessions.get(scope.id)?.agent === by.agent : scope.kind === 'agent' && scope.id === by.agent;
  if (!own) throw new AegisError('FORBIDDEN', { role: 'agent', needs: 'operator' });
}

function pendingIn(room: OpenRoom): readonly PendingApproval[] {
  const { world } = room.chain.standing();
  const now = Math.max(world.at, room.deps.clock.now());
  const found: PendingApproval[] = [];
  for (const [approval, state] of world.approvals.entries()) {
    const held = room.held.get(approval);
    const decision = world.actions.get(state.action)?.decision;
    if (state.status !== 'pending' || state.expiresAt <= now || held === undefined || decision?.effect !== 'ask') continue;
    found.push({ approval, decision, action: held.action, canonicalArgs: new TextDecoder().decode(held.bytes) });
  }
  return found.sort((a, b) => a.action.at - b.action.at || (a.approval < b.approval ? -1 : 1));
}

async function activate(room: OpenRoom, document: string, by: Principal | 'system'): ReturnType<Gate['activate']> {
  if (by !== 'system') operatorOf(by, room.chain.standing().world, ['admin']);
  const loaded = await loadPolicy(room.deps.policies, document);
  return room.chain.submit((desk) => {
    if (by !== 'system') operatorOf(by, desk.world(), ['admin']);
    room.policies.set(loaded.policy.digest, loaded.policy);
    return ok({ digest: loaded.policy.digest, index: writeActivated(desk, loaded, actorOf(by)) });
  });
}

/** Destroys first, then says so: a destruction that could not be recorded is simply asked for again. */
async function erase(room: OpenRoom, body: EntryBodies['payload-erased'], by: Principal | 'system'): Promise<Receipt> {
  if (by !== 'system') operatorOf(by, room.chain.standing().world, ['admin']);
  if (!/^(?:agent|session|subject)\//.test(body.subject))
    throw new AegisError('REQUEST_INVALID', { detail: 'subject must name an agent, a session or a data subject' }, '/subject');
  if (!room.chain.state().open) throw new AegisError('GATE_CLOSED', { detail: 'an erasure must be recorded' });
  const digests = await room.deps.store.erase(room.tenant, body.subject);
  for (const [approval, held] of room.held) {
    if (digests.includes(held.action.argsDigest)) room.held.set(approval, { ...held, erased: true });
  }
  return room.chain.submit(recording({ type: 'payload-erased', body: { ...body, digests }, place: {} }, by));
}

function deciding(
  house: House,
): Pick<
  Gate,
  | 'admit'
  | 'admitAll'
  | 'preview'
  | 'budgets'
  | 'prompts'
  | 'showTools'
  | 'acceptTool'
  | 'forgetTools'
  | 'wait'
  | 'settle'
  | 'label'
  | 'pending'
  | 'grant'
  | 'refuse'
> {
  const room = (tenant: TenantId): OpenRoom => roomOf(house, tenant);
  return {
    admit: async (proposal: Proposal, waitMs = 0, signal?: AbortSignal) => admitHeld(room(proposal.tenant), proposal, { waitMs, signal }),
    admitAll: async (proposals) => {
      const [first] = proposals;
      if (first === undefined) return [];
      if (proposals.some((one) => one.tenant !== first.tenant)) throw new AegisError('REQUEST_INVALID', { detail: 'a set belongs to one tenant' });
      return admitAll(room(first.tenant), proposals);
    },
    preview: async (proposal) => preview(room(proposal.tenant), proposal),
    budgets: (tenant, agent, session) => dollarBudgets(room(tenant), agent, session),
    prompts: (tenant, agent) => promptTerms(room(tenant), agent),
    showTools: async (shown) => showTools(room(shown.tenant), shown),
    acceptTool: async (tenant, tool, by) => room(tenant).chain.submit(accepting(tool, by)),
    forgetTools: async (tenant, tools, by) => room(tenant).chain.submit(forgetting(tools, by)),
    wait: async (tenant: TenantId, action: ActionId, waitMs: number, signal?: AbortSignal): Promise<Decision> =>
      waitFor(room(tenant), action, { waitMs, signal }),
    settle: async (outcome: Outcome) => settle(room(outcome.tenant), outcome),
    label: async (content) => label(room(content.tenant), content),
    pending: async (tenant) => pendingIn(room(tenant)),
    grant: async (tenant: TenantId, approval: ApprovalId, by, { reason, channel, editedArgs, remember }) => {
      const { chain, limits } = room(tenant);
      const canonical = editedArgs === undefined ? null : canonicalValue(editedArgs, limits, limits.argsBytes);
      const edited = canonical === null ? {} : { edited: { args: parseOwn(canonical.bytes), bytes: canonical.bytes, argsDigest: canonical.digest } };
      return chain.submit(granting(room(tenant), approval, by, { reason, channel, ...edited, ...(remember === undefined ? {} : { remember }) }));
    },
    refuse: async (tenant, approval, by, terms) => room(tenant).chain.submit(refusing(room(tenant), approval, by, terms)),
  };
}

function governing(house: House): Pick<Gate, 'halt' | 'resume' | 'register' | 'openSession' | 'handOver' | 'closeSession' | 'activate' | 'record'> {
  const room = (tenant: TenantId): OpenRoom => roomOf(house, tenant);
  return {
    halt: async (tenant, scope, reason, by) => {
      checkHalter(by, scope, room(tenant));
      return haltNow(room(tenant), { scope, reason, cause: by === 'system' ? 'supervisor' : 'operator', actor: actorOf(by) });
    },
    resume: async (tenant, scope, reason, by) => {
      operatorOf(by, room(tenant).chain.standing().world, ['operator', 'admin']);
      return room(tenant).chain.submit(resuming(scope, reason, actorOf(by)));
    },
    register: async (tenant: TenantId, agent: AgentId, terms, by) => {
      checkPlace(agent, 'agent');
      return room(tenant).chain.submit(registering(agent, terms, by));
    },
    openSession: async (tenant: TenantId, agent: AgentId, session: SessionId, parent?: SessionId) => {
      checkPlace(session, 'session');
      return room(tenant).chain.submit(opening(room(tenant), { agent, session }, parent));
    },
    handOver: async (tenant, child, by) => {
      checkPlace(child.session, 'session');
      return room(tenant).chain.submit(handingOver(room(tenant), child, by));
    },
    closeSession: async (tenant, session, reason, by) => {
      if (by.role !== 'agent') operatorOf(by, room(tenant).chain.standing().world, ['operator', 'admin']);
      return room(tenant).chain.submit(closing(session, reason, actorOf(by)));
    },
    activate: async (tenant, document, by) => activate(room(tenant), document, by),
    record: async <T extends EntryType>(
      tenant: TenantId,
      type: T,
      body: EntryBodies[T],
      ...[by, place = {}]: [by: Principal | 'system', place?: RecordPlace]
    ) => {
      if (type === 'tenant-opened') return openTenant(house, (body as EntryBodies['tenant-opened']).tenant, by);
      if (type === 'payload-erased') return erase(room(tenant), body as EntryBodies['payload-erased'], by);
      return room(tenant).chain.submit(recording({ type, body, place }, by));
    },
  };
}

function stateOf({ rooms }: House): ReturnType<Gate['state']> {
  for (const room of rooms.values()) {
    const state = room.chain.state();
    if (!state.open) return state;
  }
  return { open: true };
}

/**
 * Opens every tenant and starts deciding. Resolves when each world is rebuilt and its `gate-opened` is durable.
 * @throws AegisError STORE_ROLLED_BACK, STORE_CORRUPT, POLICY_INVALID (the initial document), GATE_CLOSED
 */
export async function createGate(deps: GateDeps): Promise<Gate> {
  const house: House = { deps, rooms: new Map(), listeners: new Set() };
  await deps.checkStore?.();
  await enter(house, DEFAULT_TENANT);
  for (const tenant of await knownTenants(deps)) await enter(house, tenant);
  return {
    ...deciding(house),
    ...governing(house),
    world: (tenant) => roomOf(house, tenant).chain.standing().world,
    follow: (listener) => {
      house.listeners.add(listener);
      return () => void house.listeners.delete(listener);
    },
    state: () => stateOf(house),
    close: async () => {
      for (const room of house.rooms.values()) await room.close();
    },
  };
}
