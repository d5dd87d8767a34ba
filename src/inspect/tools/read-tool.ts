import type { Finding } from '../../kernel/finding.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ToolClass } from '../classify/classify.ts';
import { wordsOf } from '../classify/words.ts';
import { found } from '../found.ts';
import type { Readers } from '../readers.ts';
import type { Leaf } from '../walk.ts';
import type { Deed } from './deeds.ts';
import { deedOf } from './deeds.ts';
import { largePayment } from './money.ts';
import { clusterLines, deviceWrites, likenesses, modeLine } from './places.ts';
import { programLine } from './program-tools.ts';
import { rightsGiven } from './rights.ts';
import { saidBy, saidInWords } from './said.ts';
import { storeCommands, storeDeed } from './stores.ts';

export interface ToolCall {
  readonly name: string;
  readonly args: JsonObject;
  readonly tool: ToolClass;
  readonly leaves: readonly Leaf[];
  /** What the tool's maker says of it. */
  readonly description?: string | undefined;
}

/** What a call does by its own words (verb, object, scope, arguments), as severe as the command that does the same (INSPECT-130). */
export function readTool({ name, args, tool, leaves, description }: ToolCall, readers: Readers): Finding[] {
  const out: Finding[] = [];
  const add = (deed: Deed, pointer: string): void => {
    const { code, risk, operation, category } = deed;
    out.push(
      found({ detector: 'classify', code, risk, operation, pointer, text: evidence(name, args), ...(category === undefined ? {} : { category }) }),
    );
  };
  const like = storeCommands(tool.words, args, leaves);
  const own = wordsOf(name.includes('__') ? name.slice(name.lastIndexOf('__') + 2) : name);
  const line = programLine(own, args);
  if (line !== null) like.push(line);
  const pushed = forcePush(tool.words, args);
  if (pushed !== null) add(pushed, '/~name');
  const named = saidBy(name, args, tool.categories.includes('shell'));
  const harmless = named.every((said) => deedOf(said, args) === null && rightsGiven(said, args) === null);
  // A declaration that says more than the name is believed: what a tool's maker calls a deletion is one.
  const told = harmless && description !== undefined ? saidInWords(description, args) : null;
  for (const said of told === null ? named : [...named, told]) {
    const deed = deedOf(said, args) ?? rightsGiven(said, args);
    if (deed !== null) add(deed, '/~name');
    const amount = largePayment(said, args);
    if (amount !== null) add({ code: 'TOOL_PAYMENT', risk: 'HIGH', operation: 'pay', category: 'payment' }, amount);
    like.push(...likenesses(said, args, leaves));
  }
  like.push(...deviceWrites(tool.words, leaves), ...clusterLines(tool.words, args), ...modeLine(tool.words, args));
  const stored = storeDeed(tool.words, args, leaves);
  if (stored !== null) add(stored, '/~name');
  for (const { command, pointer } of like)
    for (const one of readers.shell(command, pointer).findings) if (one.inspected && one.risk !== 'LOW') out.push({ ...one, decoded: true });
  return out;
}

/** `force_push`, `git_push {force: true}`. */
function forcePush(words: readonly string[], args: JsonObject): Deed | null {
  if (!words.includes('push') || (words.length > 1 && !words.some((word) => /^(?:git|github|gitlab|force|forced|branch|repo)$/.test(word))))
    return null;
  const forced = words.some((word) => /^forced?$/.test(word)) || Object.entries(args).some(([key, value]) => value === true && /^force/i.test(key));
  return forced ? { code: 'GIT_FORCE_PUSH', risk: 'HIGH', operation: 'delete' } : null;
}

function evidence(name: string, args: JsonObject): string {
  const values = Object.entries(args)
    .filter(([, value]) => typeof value !== 'object' && String(value).length <= 40)
    .slice(0, 4)
    .map(([key, value]) => `${key}=${String(value)}`);
  return [name, ...values].join(' ');
}
