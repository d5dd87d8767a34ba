import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentPrincipal } from './keys.ts';
import type { EntryType } from '../kernel/entry.ts';
import type { Role } from '../kernel/role.ts';
import type { Method } from './route.ts';

/** A path where another protocol than ours is spoken: declared like a route, answered byte by byte. */
export interface Passage {
  readonly path: string;
  readonly methods: readonly Method[];
  readonly role: readonly Role[];
  readonly audited: readonly EntryType[];
  readonly serve: (exchange: PassageExchange) => Promise<void>;
}

/** A request of an agent that passed every guard, with its body, and the answer still to be written. */
export interface PassageExchange {
  readonly principal: AgentPrincipal;
  /** The `:name` of the path. */
  readonly name: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Uint8Array;
}
