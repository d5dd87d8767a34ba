import type { Category, Operation } from '../../kernel/finding.ts';
import { AUTHORITY, MONEY, NOUNS, VERBS } from './vocabulary.ts';
import { wordsOf } from './words.ts';

export interface ToolClass {
  readonly words: readonly string[];
  readonly categories: readonly Category[];
  readonly operations: readonly Operation[];
}

/** What a tool's name says it does, word by word; what its values parse as is added by the readers (INSPECT-9). */
export function classifyName(name: string, kind = 'tool'): ToolClass {
  const words = wordsOf(name);
  const categories = new Set<Category>();
  const operations = new Set<Operation>();
  if (kind === 'process') categories.add('shell');
  if (kind === 'egress') categories.add('network');
  if (kind === 'memory') categories.add('memory');
  for (const word of words) {
    const noun = NOUNS.get(word);
    if (noun !== undefined) categories.add(noun);
  }
  const verb = leadingVerb(words);
  if (verb !== undefined) operations.add(verb);
  if (categories.has('shell') && verb !== 'read') operations.add('execute');
  acts(words, { verb, categories, operations });
  return { words, categories: [...categories], operations: [...operations] };
}

interface Acts {
  readonly verb: Operation | undefined;
  readonly categories: Set<Category>;
  readonly operations: Set<Operation>;
}

/** Meanings that need two words: transferring money, changing roles, publishing packages. */
function acts(words: readonly string[], { verb, categories, operations }: Acts): void {
  const money = words.some((word) => MONEY.has(word));
  if (verb === 'pay' || (money && (verb === 'send' || words.includes('transfer')) && verb !== 'read')) {
    operations.add('pay');
    categories.add('payment');
  }
  const changes = verb === 'write' || verb === 'delete' || verb === 'admin' || words.includes('reset');
  if (changes && words.some((word) => AUTHORITY.has(word))) operations.add('admin');
  if (verb === 'send' && categories.size === 0) categories.add('communication');
  if (
    categories.has('supply-chain') &&
    (words.includes('publish') || words.includes('push') || words.includes('install') || words.includes('upload'))
  ) {
    operations.add(words.includes('install') ? 'execute' : 'deploy');
  }
}

/** The first verb decides; `mcp__github__delete_repo` and `users.delete` both delete. */
function leadingVerb(words: readonly string[]): Operation | undefined {
  for (const word of words) {
    const verb = VERBS.get(word);
    if (verb !== undefined && !(NOUNS.has(word) && words.length > 1 && hasPlainVerb(words))) return verb;
  }
  return undefined;
}

function hasPlainVerb(words: readonly string[]): boolean {
  return words.some((word) => VERBS.has(word) && !NOUNS.has(word));
}
