import type { Script } from 'unbash';

/** What `$(…)` puts in its place. */
export interface Substitution {
  readonly text: string;
  /** The program prints its own shell set-up, as its manual says. */
  readonly hook: boolean;
  readonly secret: boolean;
  readonly credential?: boolean;
  readonly bulk?: boolean;
}

/** A node whose script is parsed only when asked for. */
export interface Nested {
  readonly pos: number;
  readonly end: number;
  readonly script: Script | undefined;
  /** Of a process substitution: `>` is written to. */
  readonly operator?: string;
}
