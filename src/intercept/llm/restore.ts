import type { PromptDetector } from '../../gate/nouns.ts';
import type { Json } from '../../kernel/json.ts';
import type { ToolCall, Verdict } from './dialect.ts';
import { mapStrings } from './map-strings.ts';
import { objectOf } from './members.ts';
import { eachPlaceholder, unfinishedFrom } from './placeholder.ts';
import type { Vault } from './vaults.ts';

/** Puts the values of one session back where its placeholders stand. What is no placeholder of that session stays (LLM-58). */
export interface Restore {
  readonly text: (text: string) => string;
}

export function restoreFrom(vault: Pick<Vault, 'behind'>, detectors: ReadonlySet<PromptDetector>): Restore {
  const valueOf = (placeholder: string): string => {
    const kept = vault.behind(placeholder);
    return kept !== undefined && detectors.has(kept.detector) ? kept.value : placeholder;
  };
  return { text: (text) => eachPlaceholder(text, valueOf) };
}

/** A text that comes in pieces; at most one placeholder's length of it waits (LLM-56). */
export interface Tail {
  /** What of the text so far may leave. */
  take(piece: string): string;
  /** What waited; nothing waits any more. */
  end(): string;
}

export function createTail(restore: Restore): Tail {
  let held = '';
  return {
    take(piece) {
      const text = held + piece;
      const from = unfinishedFrom(text);
      held = text.slice(from);
      return restore.text(text.slice(0, from));
    },
    end() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/** The words of each place of an answer that are still coming, by what its dialect calls the place. */
export interface Tails {
  of(place: string): Tail;
}

export function createTails(restore: Restore): Tails {
  const tails = new Map<string, Tail>();
  return {
    of(place) {
      const tail = tails.get(place) ?? createTail(restore);
      tails.set(place, tail);
      return tail;
    },
  };
}

/** The value with every string in it restored; the very same value when it holds no placeholder. */
export function restored(value: Json, restore: Restore): Json {
  return mapStrings(value, restore.text);
}

/** The calls as they will run (LLM-57). What the provider ran already ran with placeholders, and is recorded as it was. */
export function restoredCalls(calls: readonly ToolCall[], restore: Restore | null): readonly ToolCall[] {
  if (restore === null) return calls;
  return calls.map((call) => {
    if (call.args === null || call.done === true) return call;
    const args = objectOf(restored(call.args, restore));
    return args === null || args === call.args ? call : { ...call, args };
  });
}

/** A call that may run and was restored leaves with the arguments it was decided on. */
export function restoredVerdicts(
  verdicts: readonly Verdict[],
  { came, calls }: { readonly came: readonly ToolCall[]; readonly calls: readonly ToolCall[] },
): readonly Verdict[] {
  return verdicts.map((verdict, at) => {
    const args = calls[at]?.args ?? null;
    return verdict.kind === 'pass' && args !== null && args !== came[at]?.args ? { kind: 'replace', args } : verdict;
  });
}
