import type {
  ActionReply,
  Decision as Said,
  Journal,
  Outcome as Told,
  Proposal as Asked,
  Self,
  Settled as Found,
} from '../../../schema/sdk/types.d.ts';
import type { Decision, JournalEntry, OnUnavailable, Outcome, Proposal, Settled } from '../src/wire.ts';

/** Whether what is said in the one type may stand where the other is read. */
type Fits<A extends B, B> = A;

/** The types the TypeScript SDK is written with are those of the routes: these lines compile or do not. */
export type Held = [
  Fits<Said['effect'], Decision['effect']>,
  Fits<Decision['effect'], Said['effect']>,
  Fits<Said['risk'], Decision['risk']>,
  Fits<Said['obligations'], Decision['obligations']>,
  Fits<Said['reasons'][number], Decision['reasons'][number]>,
  Fits<NonNullable<Said['ask']>, Extract<Decision, { effect: 'ask' }>['ask']>,
  Fits<NonNullable<Said['defer']>, Extract<Decision, { effect: 'defer' }>['defer']>,
  Fits<ActionReply['decision'], Said>,
  Fits<Found['findings'][number], Settled['findings'][number]>,
  Fits<Outcome, Told>,
  Fits<Self['onUnavailable'], OnUnavailable>,
  Fits<JournalEntry, Journal['entries'][number]>,
  Fits<Omit<Proposal, 'callId'> & { session: string }, Asked>,
];
