import type { RunState } from '../../kernel/words/runs.ts';
import type { Trip } from '../trip.ts';

/** What a handler is told: why the run was killed, and what was seen of its end. */
export interface TripMessage {
  readonly kind: 'aegis-trip';
  readonly version: 1;
  readonly run: string;
  readonly agent: string | null;
  readonly session: string;
  readonly code: Trip['code'];
  readonly detail: Trip['detail'];
  readonly text: string;
  readonly state: RunState;
  readonly level: number;
  readonly survivors: readonly number[];
  /** Index of the log entry of the end; null where it is not recorded. */
  readonly entry: number | null;
}
