import { guarded } from '../../../src/inspect/guarded.ts';
import { readersFor } from '../../../src/inspect/create-inspect.ts';
import type { Inspectable } from '../../../src/inspect/inspect.ts';
import { inspectAction } from '../../../src/inspect/inspect-action.ts';
import { readText } from '../../../src/inspect/read-text.ts';
import { MOST_STEPS } from '../../../src/inspect/steps.ts';
import type { Steps } from '../../../src/inspect/steps.ts';
import type { Reading } from '../../../src/kernel/finding.ts';

/** How a reading went against what is promised of every reading; null where it kept all of it. */
export function fault(subject: Inspectable): string | null {
  let steps: Steps = { left: 0 };
  const read = (): Reading =>
    inspectAction(subject, (given) => {
      steps = given;
      return guarded(readersFor(given), given);
    });
  try {
    inspectAction(subject, readersFor);
    readText(subject.args, { context: 'result' });
  } catch (error) {
    return `throws ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' | ') : String(error)}`;
  }
  const first = read();
  if (JSON.stringify(first) !== JSON.stringify(read())) return 'answers otherwise the second time';
  if (steps.left < 0 && !first.findings.some(({ code, inspected }) => code === 'UNINSPECTABLE' && !inspected))
    return 'is silent on what it did not read';
  // One text may be the one that takes the last of them.
  return steps.left < -2 * MOST_STEPS ? `took ${String(MOST_STEPS - steps.left)} steps` : null;
}
