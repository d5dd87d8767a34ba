import type { Digest } from '../../kernel/ids.ts';

/** Which server this is, as the agent and the pins know it. */
export interface ServerIdentity {
  readonly name: string;
  readonly identity: Digest;
  /** The files it is made of, as short facts, where they are on this machine. */
  readonly program?: readonly string[];
  /** Reached over a network: then nothing it says of this machine's files can be meant for the agent. */
  readonly remote: boolean;
}
