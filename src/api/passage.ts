import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../gate/gate.ts';
import type { EntryType, Role } from '../kernel/entry.ts';

/** What a passage is given: a request that passed every guard, and the answer still to be written. */
export interface Visit {
  readonly principal: Principal & { readonly role: 'agent' };
  /** The `:name` of the path. */
  readonly name: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Uint8Array;
}

/** A path where another protocol than ours is spoken: declared like a route, answered byte by byte. */
export interface Passage {
  readonly path: string;
  readonly methods: readonly ('GET' | 'POST' | 'DELETE')[];
  readonly role: readonly Role[];
  readonly audited: readonly EntryType[];
  readonly serve: (visit: Visit) => Promise<void>;
}
