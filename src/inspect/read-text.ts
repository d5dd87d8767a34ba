import type { Finding } from '../kernel/finding.ts';
import type { Json } from '../kernel/json.ts';
import { unwrap } from './decode/unwrap.ts';
import { found } from './found.ts';
import { maskFinding, masker } from './mask.ts';
import { readSensitive } from './sensitive-values.ts';
import { readInjection } from './text/read-injection.ts';
import type { TextContext } from './text/read-injection.ts';
import { disguised } from './text/disguises.ts';
import { readUnicode, smuggled } from './unicode/read-unicode.ts';
import { allSteps, take } from './steps.ts';
import { leavesOf } from './walk.ts';

export interface TextOptions {
  /** `result`: what a tool answered; `prompt`: what goes to a model; `declaration`: what a tool says of itself. */
  readonly context: Extract<TextContext, 'result' | 'prompt' | 'declaration'>;
  /** Pointers of digests that Aegis took itself: there is nothing to read in them. */
  readonly digests?: readonly string[] | undefined;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads text that a model will see: results, prompts, tool descriptions. Injection phrases, hidden characters, secrets and personal
 * data come back as findings with pointers into `value`. Pure, synchronous, total, linear.
 */
export function readText(value: Json, options: TextOptions): Finding[] {
  const findings: Finding[] = [];
  const secrets: string[] = [];
  const steps = allSteps();
  for (const leaf of leavesOf(value, (pointer) => findings.push(unread(pointer, 'nested deeper than 64 levels')))) {
    if (typeof leaf.value !== 'string' || leaf.value === '') continue;
    const text = leaf.value;
    if (options.digests?.includes(leaf.pointer) === true && DIGEST.test(text)) continue;
    if (!take(steps, text.length, 'scan')) {
      findings.push(unread(leaf.pointer, text));
      break;
    }
    findings.push(...readUnicode(text, leaf.pointer), ...readInjection(text, leaf.pointer, options.context));
    const { copies, unfinished } = others(text);
    if (unfinished) findings.push(unread(leaf.pointer, text));
    for (const copy of copies) if (take(steps, copy.length, 'scan')) findings.push(...readInjection(copy, leaf.pointer, options.context));
    if (steps.left < 0) findings.push(unread(leaf.pointer, text));
    const saw = readSensitive(text, leaf.pointer, false);
    findings.push(...saw.findings);
    secrets.push(...saw.secrets, ...saw.personal);
  }
  const mask = masker(secrets);
  return findings.map((one) => maskFinding(one, mask));
}

function others(text: string): { readonly copies: readonly string[]; readonly unfinished: boolean } {
  const { same, inside, unfinished } = unwrap(text);
  const hidden = smuggled(text);
  const copies = [...same, ...inside, ...disguised(text.toLowerCase())];
  return { copies: hidden === '' ? copies : [...copies, hidden], unfinished };
}

/** What was not read is said, and stops nothing: a result has happened already. */
function unread(pointer: string, text: string): Finding {
  return found({ detector: 'limit', code: 'UNINSPECTABLE', risk: 'MEDIUM', pointer, text, inspected: false });
}
