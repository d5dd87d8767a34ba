import type { Label } from '../decision.ts';
import type { Draft } from '../draft.ts';
import type { LabelledPrint } from '../entry.ts';
import type { SessionId } from '../ids.ts';
import { emptyMap } from '../persistent-map.ts';
import { push } from '../queue.ts';
import type { SessionState } from '../world.ts';
import type { Handlers } from './handlers.ts';
import { addPrints, trustPrints } from './prints.ts';

/** Changes a session; a closed or unknown one takes nothing more. */
export function changeSession({ world, edition }: Draft, id: SessionId | undefined, change: (session: SessionState) => SessionState): void {
  const session = id === undefined ? undefined : world.sessions.get(id);
  if (id === undefined || session === undefined || session.closed) return;
  const changed = change(session);
  if (changed !== session) world.sessions = world.sessions.set(id, changed, edition);
}

/** TAINT-6: what was remembered is untrusted text again, unless everything that went into it was the user's own. */
export function fromMemory(prints: readonly LabelledPrint[], labels: readonly Label[]): readonly LabelledPrint[] {
  const own = labels.length > 0 && labels.every((label) => label === 'user_input');
  return prints.map((print) => (own ? { ...print, provenance: 'reference' } : { ...print, provenance: 'quoted' }));
}

export const sessionHandlers: Handlers = {
  'session-opened': ({ world, edition }, body, entry) => {
    if (entry.session === undefined || entry.agent === undefined || world.sessions.has(entry.session)) return;
    const parent = body.parent === undefined ? undefined : world.sessions.get(body.parent);
    const session: SessionState = {
      agent: entry.agent,
      // TAINT-6: a child reads with its parent's salt, or the inherited prints would match nothing.
      salt: parent?.salt ?? body.salt,
      ...(body.parent === undefined ? {} : { parent: body.parent }),
      openedAt: entry.at,
      closed: false,
      calls: [],
      callMarks: '',
      prints: parent?.prints ?? emptyMap(),
      overflowed: parent?.overflowed ?? false,
      ...(parent?.printOrder === undefined ? {} : { printOrder: parent.printOrder }),
    };
    world.sessions = world.sessions.set(entry.session, session, edition);
    world.queues.opened = push(world.queues.opened, entry.session);
  },
  'session-closed': ({ world, edition }, _body, entry) => {
    const session = entry.session === undefined ? undefined : world.sessions.get(entry.session);
    if (entry.session === undefined || session === undefined || session.closed) return;
    // Kept as a tombstone: a closed session never opens again with its taint forgotten.
    const { printOrder: _order, waitsFor: _waits, ...rest } = session;
    world.sessions = world.sessions.set(entry.session, { ...rest, closed: true, calls: [], callMarks: '', prints: emptyMap() }, edition);
    world.queues.closed = push(world.queues.closed, entry.session);
  },
  'content-labelled': (draft, body, entry) => {
    const prints = body.source === 'memory_read' ? fromMemory(body.prints, []) : body.prints;
    const arrival = { labels: [body.source], trusted: body.trusted, source: entry.index };
    changeSession(draft, entry.session, (session) => addPrints(session, prints, arrival));
  },
  'memory-labelled': (draft, body, entry) => {
    if (body.operation !== 'read') return;
    changeSession(draft, entry.session, (session) => {
      const labels: readonly Label[] = [...new Set<Label>([...body.labels, 'memory_read'])].sort();
      const arrival = { labels, trusted: false, source: entry.index };
      return addPrints(session, fromMemory(body.prints, body.labels), arrival);
    });
  },
  'value-sanitised': (draft, body, entry) => {
    changeSession(draft, entry.session, (session) => trustPrints(session, body.prints, entry.index));
  },
  'value-endorsed': (draft, body, entry) => {
    changeSession(draft, entry.session, (session) => trustPrints(session, body.prints, entry.index));
  },
};
