import type { Finding } from '../kernel/finding.ts';
import { isObject } from '../kernel/json.ts';
import type { JsonObject } from '../kernel/json.ts';
import { found } from './found.ts';

/**
 * Parts of a prompt that a model's door could not read, by kind, as its `unread` counts them: a finding each, so that the entry says so and a
 * policy can speak about it (LLM-21).
 */
export function promptParts(args: JsonObject): readonly Finding[] {
  const unread = args['unread'];
  if (!isObject(unread)) return [];
  return Object.entries(unread)
    .filter(([kind, count]) => typeof count === 'number' && /^[a-z]{1,16}$/.test(kind))
    .map(([kind, count]) =>
      found({
        detector: 'limit',
        code: 'PROMPT_UNREAD',
        risk: 'LOW',
        pointer: `/unread/${kind}`,
        text: `${kind}×${String(count)}`,
        confidence: 1,
        inspected: false,
      }),
    );
}
