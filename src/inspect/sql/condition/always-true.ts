import type { Token } from '../lex.ts';
import { alwaysTrue } from './certain.ts';
import { parseCondition } from './parse.ts';

/** What a condition says without looking at any row. `deep`: it goes further than is followed. */
export type Constant = 'true' | 'unknown' | 'deep';

/** Whether a WHERE condition, given as tokens, holds for every row of `table`: it is read, and tried at rows that stand for all (INSPECT-53, INSPECT-126). */
export function constantCondition(tokens: readonly Token[], table = ''): Constant {
  const { node, deep } = parseCondition(tokens, table);
  if (deep) return 'deep';
  const answer = alwaysTrue(node, table.toLowerCase(), tokens.length);
  return answer === undefined ? 'deep' : answer ? 'true' : 'unknown';
}
