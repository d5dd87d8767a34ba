import type { Action } from '../kernel/action.ts';
import type { PromptDetector } from '../kernel/finding.ts';
import type { Json } from '../kernel/json.ts';
import type { Opinion, Voice } from '../kernel/policy.ts';

/**
 * The voice of `detectors.<pii or secret>.prompt`: what the model proxy replaced in a request makes its decision a `modify` that says so, and a
 * request that was not read, or not changed, as this very document wants it is denied (LLM-59).
 * @param wanted detectors that must have read the prompt
 * @param shadows whether an agent is only watched, so that nothing of its prompts is changed (DEC-12)
 */
export function promptVoice(wanted: readonly PromptDetector[], shadows: (agent: string) => boolean): Voice {
  const speak = (action: Action): Opinion | null => {
    if (isUnread(action)) return unread('What this route carries is read by nobody, and may hold what the policy keeps from providers.', UNREAD_HINT);
    return isPrompt(action) ? opinionOf(action, wanted, shadows(action.agent)) : null;
  };
  return { rule: 'prompt', speak };
}

const UNREAD_HINT = 'Use a route the model proxy reads.';

/** What `llm.uninspected: pass` would let go; it is named `uninspected:<method><path>`. */
function isUnread({ kind, door, name }: Action): boolean {
  return kind === 'egress' && door === 'llm' && name.startsWith('uninspected:') && !name.startsWith('uninspected:GET/');
}

/** Other doors are told of models but never see a prompt. */
function isPrompt({ kind, door, name }: Action): boolean {
  return kind === 'model' && door === 'llm' && !name.startsWith('model-list:');
}

function opinionOf(action: Action, wanted: readonly string[], watching: boolean): Opinion | null {
  const redaction = (action.args['redaction'] ?? {}) as { readonly [member: string]: Json };
  const read = textsOf(redaction['read']);
  const replaced = textsOf(redaction['replaced']);
  if (!wanted.every((name) => read.includes(name))) return unread('The prompt was read before this policy was in force.', 'Send the request again.');
  if (redaction['unfinished'] !== undefined)
    return unread('A text of the prompt holds more that could be a value than can be looked at.', 'Send less of it at once.');
  if (replaced.length === 0) return null;
  if (redaction['applied'] !== true && !watching) return unread('The prompt was not changed as this policy wants it.', 'Send the request again.');
  const message = `Replaced in the prompt: ${replaced.join(', ')}.`;
  return { effect: 'modify', code: 'REDACTED', message, pointer: '/redaction', args: action.args };
}

function unread(message: string, hint: string): Opinion {
  return { effect: 'deny', code: 'PROMPT_UNREAD', message, hint, risk: 'MEDIUM' };
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(String) : [];
}
