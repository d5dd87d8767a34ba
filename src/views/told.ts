import type { ActionRow } from './action-row.ts';
import type { Charge } from './charges.ts';

/** What was made of an entry once, for every view. */
export interface Told {
  /** What it settles; null where it settles nothing. */
  readonly charge: Charge | null;
  /** The decision it records; null where it records none. */
  readonly row: ActionRow | null;
}
