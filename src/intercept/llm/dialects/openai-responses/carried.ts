import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { CarriedContent } from '../../dialect/model-request.ts';
import { isEmpty, listOf, objectOf, textOf } from '../../dialect/members.ts';

/** Items in which the model speaks or calls: recorded when it did, not carried in again. */
const SPOKEN: ReadonlySet<string> = new Set([
  'reasoning',
  'compaction',
  'function_call',
  'custom_tool_call',
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'tool_search_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'program',
  'item_reference',
  'additional_tools',
]);

/** Members of an item that hold what a tool gave back. */
const RESULTS = ['output', 'result', 'results', 'outputs', 'error', 'tools'] as const;

export function carriedOf(instructions: string | null, items: readonly JsonObject[]): readonly CarriedContent[] {
  const first: readonly CarriedContent[] = instructions === null ? [] : [{ source: 'user_input', trusted: true, value: instructions }];
  return [...first, ...items.flatMap(carriedIn)];
}

function carriedIn(item: JsonObject): readonly CarriedContent[] {
  const type = textOf(item.type) ?? 'message';
  if (type === 'message') {
    const value = wordsIn(item.content);
    return item.role === 'assistant' || value === null ? [] : [{ source: 'user_input', trusted: true, value }];
  }
  if (SPOKEN.has(type)) return [];
  const callId = textOf(item.call_id) ?? textOf(item.id);
  // What is not known is read as a result: untrusted, whole.
  const results = RESULTS.flatMap((name) => (item[name] === undefined || item[name] === null ? [] : [item[name]]));
  const value = results.length === 1 ? (results[0] ?? null) : results.length === 0 ? rest(item) : results;
  if (value === null || value === '') return [];
  const source = type === 'file_search_call' || type === 'web_search_call' ? 'retrieved_doc' : 'tool_output';
  return [{ source, trusted: false, value: plain(value), ...(callId === null ? {} : { callId }), ...(hasFailed(item) ? { failed: true } : {}) }];
}

function rest(item: JsonObject): Json {
  const known = new Set(['type', 'id', 'call_id', 'status']);
  const left = Object.fromEntries(Object.entries(item).filter(([name]) => !known.has(name)));
  return isEmpty(left) ? null : left;
}

function hasFailed(item: JsonObject): boolean {
  if (item.status === 'failed' || item.status === 'incomplete') return true;
  if (item.error !== undefined && item.error !== null) return true;
  return listOf(item.output).some((part) => {
    const outcome = objectOf(objectOf(part)?.outcome);
    return outcome?.type === 'timeout' || (typeof outcome?.exit_code === 'number' && outcome.exit_code !== 0);
  });
}

const TEXT: ReadonlySet<string> = new Set(['input_text', 'output_text', 'text']);

/** Parts that are all text, as their text. */
function plain(value: Json): Json {
  const parts = listOf(value);
  return parts.length > 0 && parts.every((part) => TEXT.has(textOf(objectOf(part)?.type) ?? '')) ? (wordsIn(value) ?? value) : value;
}

/**
 * The words of a message.
 * HOLE: pictures, sound and files in a prompt are counted (LLM-21), not read; their bytes go upstream unlabelled.
 */
export function wordsIn(content: Json | undefined): Json | null {
  if (typeof content === 'string') return content === '' ? null : content;
  const texts = listOf(content).flatMap((part) => {
    const piece = objectOf(part);
    const text = textOf(piece?.text) ?? textOf(piece?.refusal);
    return text === null || text === '' ? [] : [text];
  });
  const [only] = texts;
  return only === undefined ? null : texts.length === 1 ? only : texts;
}
