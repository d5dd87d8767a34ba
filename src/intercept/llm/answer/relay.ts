import type { AegisError } from '../../../errors.ts';
import { countAttempt } from '../action/model-action.ts';
import { settleModel } from '../action/settle-model.ts';
import type { Ending } from '../action/settle-model.ts';
import type { UpstreamCall } from '../upstream/call-upstream.ts';
import type { Exchange } from './exchange.ts';

/** One answer on its way from the provider to the client: what its parts share. */
export interface Relay {
  readonly exchange: Exchange;
  readonly upstream: UpstreamCall;
  /** Aborted when the client is gone or the answer was stopped: whoever waits for a person stops waiting. */
  readonly stopped: () => AbortSignal;
  /** True once: the caller may write the end, and nobody after it. Settles the model action. */
  finish(ending: Omit<Ending, 'promptLength'>): boolean;
  readonly over: () => boolean;
}

/** What a relay does with the bytes of an answer, chosen by what the provider said it is. */
export interface Sink {
  data(bytes: Buffer): void;
  end(): void;
  /** The provider broke off, or said what cannot be read. */
  broken(error: AegisError): void;
  /** A halt: the client is told why, at once. */
  halt(reason: string): void;
  /** The client is gone. */
  gone(): void;
  tick(nowMs: number): void;
}

export function createRelay({ exchange, upstream, leave }: Pick<Relay, 'exchange' | 'upstream'> & { readonly leave: () => void }): Relay {
  const { parts, sent, promptLength } = exchange;
  // Made for those who wait: most answers wait for nobody.
  let stopping: AbortController | null = null;
  let stopped = false;
  let over = false;
  return {
    exchange,
    upstream,
    stopped() {
      stopping ??= new AbortController();
      if (stopped) stopping.abort();
      return stopping.signal;
    },
    over: () => over,
    finish(ending) {
      if (over) return false;
      over = true;
      leave();
      if (ending.status !== 'succeeded') {
        stopped = true;
        stopping?.abort();
        upstream.abort();
      }
      countAttempt(parts.conversations, sent.proposal, ending.status === 'succeeded');
      parts.actions.settlements.add(() => settleModel(parts.actions, sent, { ...ending, promptLength }));
      return true;
    },
  };
}

/** What stands in an answer that was stopped; the code once, and not in the reason. */
export function stoppedText(why: string, code: string): string {
  return `Aegis stopped this answer (${code}). ${/[.!?]$/.test(why) ? why : `${why}.`} No tool call of it was passed on or done.`;
}

/** A provider that fell silent, or that nobody heard to the end, may have done what it was asked; one that broke off or answered what cannot be read failed. */
export function settledBy({ code }: AegisError): 'failed' | 'unknown' {
  return code === 'UPSTREAM_TIMEOUT' || code === 'INTERRUPTED' ? 'unknown' : 'failed';
}
