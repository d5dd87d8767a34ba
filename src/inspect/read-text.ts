import type { Finding } from '../kernel/finding.ts';
import type { Json } from '../kernel/json.ts';
import { unwrap } from './decode/unwrap.ts';
import { maskFinding, masker } from './mask.ts';
import { readSensitive } from './sensitive-values.ts';
import { readInjection } from './text/read-injection.ts';
import type { TextContext } from './text/read-injection.ts';
import { readUnicode, smuggled } from './unicode/read-unicode.ts';
import { leavesOf } from './walk.ts';

export interface TextOptions {
  /** `result`: what a tool answered; `prompt`: what goes to a model; `declaration`: what a tool says of itself. */
  readonly context: Extract<TextContext, 'result' | 'prompt' | 'declaration'>;
}

/**
 * Reads text that a model will see: results, prompts, tool descriptions. Injection phrases, hidden characters, secrets and personal
 * data come back as findings with pointers into `value`. Pure, synchronous, total, linear.
 */
export function readText(value: Json, options: TextOptions): Finding[] {
  const findings: Finding[] = [];
  const secrets: string[] = [];
  for (const leaf of leavesOf(value, () => undefined)) {
    if (typeof leaf.value !== 'string' || leaf.value === '') continue;
    const text = leaf.value;
    findings.push(...readUnicode(text, leaf.pointer), ...readInjection(text, leaf.pointer, options.context));
    for (const copy of others(text)) findings.push(...readInjection(copy, leaf.pointer, options.context));
    const saw = readSensitive(text, leaf.pointer, false);
    findings.push(...saw.findings);
    secrets.push(...saw.secrets, ...saw.personal);
  }
  const mask = masker(secrets);
  return findings.map((one) => maskFinding(one, mask));
}

function others(text: string): string[] {
  const { same, inside } = unwrap(text);
  const hidden = smuggled(text);
  return hidden === '' ? [...same, ...inside] : [...same, ...inside, hidden];
}
