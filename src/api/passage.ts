import type { Visit } from '../intercept/visit.ts';
import type { EntryType, Role } from '../kernel/entry.ts';

/** A path where another protocol than ours is spoken: declared like a route, answered byte by byte. */
export interface Passage {
  readonly path: string;
  readonly methods: readonly ('GET' | 'POST' | 'DELETE')[];
  readonly role: readonly Role[];
  readonly audited: readonly EntryType[];
  readonly serve: (visit: Visit) => Promise<void>;
}
