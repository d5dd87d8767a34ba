import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../gate/gate.ts';

/** A request of an agent that passed every guard, with its body, and the answer still to be written. */
export interface Visit {
  readonly principal: Principal & { readonly role: 'agent' };
  /** The `:name` of the path. */
  readonly name: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Uint8Array;
}
