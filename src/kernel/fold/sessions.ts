import type { Label } from '../decision.ts';
import type { Draft } from '../draft.ts';
import type { LabelledPrint } from '../entry.ts';
import type { AgentId, OwnedKey } from '../ids.ts';
import { isOwned, keyOf, sessionOf } from '../owned.ts';
import { emptyMap } from '../persistent-map.ts';
import { push } from '../queue.ts';
import type { SessionState } from '../world.ts';
import type { Handlers, Placed } from './handlers.ts';
import { withInjected } from './injected.ts';
import { addPrints, trustPrints } from './prints.ts';

type Place = Pick<Placed, 'agent' | 'session'>;

/** Where a session lies that an entry names. Before semantics 3 the name is enough. */
function keyFor(world: Draft['world'], { agent, session }: Place): OwnedKey | undefined {
  if (session === undefined || (agent === undefined && isOwned(world))) return undefined;
  return keyOf(world, agent ?? ('' as AgentId), session);
}

/** Changes a session; a closed or unknown one takes nothing more. */
export function changeSession({ world, edition }: Draft, place: Place, change: (session: SessionState) => SessionState): void {
  const key = keyFor(world, place);
  const session = key === undefined ? undefined : world.sessions.get(key);
  if (key === undefined || session === undefined || session.closed) return;
  const changed = change(session);
  if (changed !== session) world.sessions = world.sessions.set(key, changed, edition);
}

/** TAINT-6: what was remembered is untrusted text again, unless everything that went into it was the user's own. */
export function fromMemory(prints: readonly LabelledPrint[], labels: readonly Label[]): readonly LabelledPrint[] {
  const own = labels.length > 0 && labels.every((label) => label === 'user_input');
  return prints.map((print) => (own ? { ...print, provenance: 'reference' } : { ...print, provenance: 'quoted' }));
}

export const sessionHandlers: Handlers = {
  'session-opened': ({ world, edition }, body, entry) => {
    const { agent } = entry;
    const key = keyFor(world, entry);
    if (key === undefined || agent === undefined || world.sessions.has(key)) return;
    const parent = body.parent === undefined ? undefined : sessionOf(world, { agent: body.parentAgent ?? agent, session: body.parent });
    const session: SessionState = {
      agent,
      // TAINT-6: a child reads with its parent's salt, or the inherited prints would match nothing.
      salt: parent?.salt ?? body.salt,
      ...(body.parent === undefined ? {} : { parent: body.parent }),
      ...(body.parentAgent === undefined ? {} : { parentAgent: body.parentAgent }),
      openedAt: entry.at,
      closed: false,
      calls: [],
      callMarks: '',
      prints: parent?.prints ?? emptyMap(),
      overflowed: parent?.overflowed ?? false,
      ...(parent?.written === undefined ? {} : { written: parent.written }),
      ...(parent?.injected === undefined ? {} : { injected: parent.injected }),
      ...(parent?.printOrder === undefined ? {} : { printOrder: parent.printOrder }),
    };
    world.sessions = world.sessions.set(key, session, edition);
    world.queues.opened = push(world.queues.opened, key);
  },
  'session-closed': ({ world, edition }, _body, entry) => {
    const key = keyFor(world, entry);
    const session = key === undefined ? undefined : world.sessions.get(key);
    if (key === undefined || session === undefined || session.closed) return;
    // Kept as a tombstone: a closed session never opens again with its taint forgotten.
    const { printOrder: _order, waitsFor: _waits, injected: _injected, written: _written, ...rest } = session;
    world.sessions = world.sessions.set(key, { ...rest, closed: true, calls: [], callMarks: '', prints: emptyMap() }, edition);
    world.queues.closed = push(world.queues.closed, key);
  },
  'content-labelled': (draft, body, entry) => {
    const prints = body.source === 'memory_read' ? fromMemory(body.prints, []) : body.prints;
    const arrival = { labels: [body.source], trusted: body.trusted, source: entry.index };
    const { world } = draft;
    changeSession(draft, entry, (session) => addPrints(withInjected(session, body, { world, index: entry.index }), prints, arrival));
  },
  'memory-labelled': (draft, body, entry) => {
    if (body.operation !== 'read') return;
    changeSession(draft, entry, (session) => {
      const labels: readonly Label[] = [...new Set<Label>([...body.labels, 'memory_read'])].sort();
      const arrival = { labels, trusted: false, source: entry.index };
      return addPrints(session, fromMemory(body.prints, body.labels), arrival);
    });
  },
  'value-sanitised': (draft, body, entry) => {
    changeSession(draft, entry, (session) => trustPrints(session, body.prints, entry.index));
  },
  'value-endorsed': (draft, body, entry) => {
    changeSession(draft, entry, (session) => trustPrints(session, body.prints, entry.index));
  },
};
