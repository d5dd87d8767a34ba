import type { Label } from '../decision.ts';
import type { LabelledPrint } from '../entry.ts';
import type { SessionId } from '../ids.ts';
import { emptyMap } from '../persistent-map.ts';
import type { SessionState, World } from '../world.ts';
import type { Handlers } from './handlers.ts';
import { addPrints, trustPrints } from './prints.ts';
import { enqueue } from './enqueue.ts';

/** The world with a changed session; a closed or unknown one takes nothing more. */
export function changeSession(world: World, id: SessionId | undefined, change: (session: SessionState) => SessionState): World {
  const session = id === undefined ? undefined : world.sessions.get(id);
  if (id === undefined || session === undefined || session.closed) return world;
  const changed = change(session);
  return changed === session ? world : { ...world, sessions: world.sessions.set(id, changed) };
}

/** TAINT-6: what was remembered is untrusted text again, unless everything that went into it was the user's own. */
export function fromMemory(prints: readonly LabelledPrint[], labels: readonly Label[]): readonly LabelledPrint[] {
  const own = labels.length > 0 && labels.every((label) => label === 'user_input');
  return prints.map((print) => (own ? { ...print, provenance: 'reference' } : { ...print, provenance: 'quoted' }));
}

export const sessionHandlers: Handlers = {
  'session-opened': (world, body, entry) => {
    if (entry.session === undefined || entry.agent === undefined || world.sessions.has(entry.session)) return world;
    const parent = body.parent === undefined ? undefined : world.sessions.get(body.parent);
    const session: SessionState = {
      agent: entry.agent,
      // TAINT-6: a child reads with its parent's salt, or the inherited prints would match nothing.
      salt: parent?.salt ?? body.salt,
      ...(body.parent === undefined ? {} : { parent: body.parent }),
      openedAt: entry.at,
      closed: false,
      calls: [],
      prints: parent?.prints ?? emptyMap(),
      overflowed: parent?.overflowed ?? false,
      ...(parent?.printOrder === undefined ? {} : { printOrder: parent.printOrder }),
    };
    return enqueue({ ...world, sessions: world.sessions.set(entry.session, session) }, 'opened', entry.session);
  },
  'session-closed': (world, _body, entry) => {
    const session = entry.session === undefined ? undefined : world.sessions.get(entry.session);
    if (entry.session === undefined || session === undefined || session.closed) return world;
    // Kept as a tombstone: a closed session never opens again with its taint forgotten.
    const { printOrder: _order, waitsFor: _waits, ...rest } = session;
    const closed: SessionState = { ...rest, closed: true, calls: [], prints: emptyMap() };
    return enqueue({ ...world, sessions: world.sessions.set(entry.session, closed) }, 'closed', entry.session);
  },
  'content-labelled': (world, body, entry) =>
    changeSession(world, entry.session, (session) =>
      addPrints(session, body.source === 'memory_read' ? fromMemory(body.prints, []) : body.prints, {
        labels: [body.source],
        trusted: body.trusted,
        source: entry.index,
      }),
    ),
  'memory-labelled': (world, body, entry) =>
    body.operation !== 'read'
      ? world
      : changeSession(world, entry.session, (session) => {
          const labels: readonly Label[] = [...new Set<Label>([...body.labels, 'memory_read'])].sort();
          return addPrints(session, fromMemory(body.prints, body.labels), { labels, trusted: false, source: entry.index });
        }),
  'value-sanitised': (world, body, entry) => changeSession(world, entry.session, (session) => trustPrints(session, body.prints, entry.index)),
  'value-endorsed': (world, body, entry) => changeSession(world, entry.session, (session) => trustPrints(session, body.prints, entry.index)),
};
