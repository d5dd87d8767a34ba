import type { Restore, Tail } from '../dialect/restore.ts';
import { eachPlaceholder, unfinishedFrom } from './placeholder.ts';
import type { SessionPlaceholders } from './session-placeholders.ts';
import type { PromptDetector } from '../../../kernel/finding.ts';

/** Restores what these detectors found in the session; what another detector found stays a placeholder. */
export function restoreFrom(placeholders: Pick<SessionPlaceholders, 'behind'>, detectors: ReadonlySet<PromptDetector>): Restore {
  const valueOf = (placeholder: string): string => {
    const replaced = placeholders.behind(placeholder);
    return replaced !== undefined && detectors.has(replaced.detector) ? replaced.value : placeholder;
  };
  const text = (from: string): string => eachPlaceholder(from, valueOf);
  return { text, tail: () => createTail(text) };
}

function createTail(restore: (text: string) => string): Tail {
  let held = '';
  return {
    take(piece) {
      const text = held + piece;
      const from = unfinishedFrom(text);
      held = text.slice(from);
      return restore(text.slice(0, from));
    },
    end() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}
