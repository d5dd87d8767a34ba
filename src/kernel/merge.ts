import { EFFECTS } from './decision.ts';
import type { Effect, Reason } from './decision.ts';
import { REASON_CODES } from './rules/rules.ts';
import type { RuleOpinion } from './rules/subject.ts';
import { wordsOf } from './words/words.ts';
import type { World } from './world.ts';

const CODE_RANK: ReadonlyMap<string, number> = new Map(REASON_CODES.map((code, rank) => [code, rank]));
const EFFECT_RANK: ReadonlyMap<Effect, number> = new Map(EFFECTS.map((effect, rank) => [effect, rank]));
const MAX_REASONS_PER_CODE = 16;

/** A code of the user's own stands where CONDITION or VOICE would. */
function codeRank({ code, rule }: RuleOpinion): number {
  return CODE_RANK.get(code) ?? CODE_RANK.get(rule.startsWith('rule:') ? 'CONDITION' : 'VOICE') ?? 0;
}

function compare(a: string | undefined, b: string | undefined): number {
  const left = a ?? '';
  const right = b ?? '';
  return left < right ? -1 : left > right ? 1 : 0;
}

function byOrder(a: RuleOpinion, b: RuleOpinion): number {
  return (
    codeRank(a) - codeRank(b) ||
    compare(a.code, b.code) ||
    (EFFECT_RANK.get(a.effect) ?? 0) - (EFFECT_RANK.get(b.effect) ?? 0) ||
    compare(a.rule, b.rule) ||
    compare(a.pointer, b.pointer) ||
    compare(a.message, b.message) ||
    compare(a.hint, b.hint)
  );
}

function toReason({ code, rule, effect, message, hint, pointer, finding }: RuleOpinion): Reason {
  return {
    code,
    rule,
    effect,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(pointer === undefined ? {} : { pointer }),
    ...(finding === undefined ? {} : { finding }),
  };
}

/** DEC-4: deny > defer > ask > modify > allow. */
export function strictest(opinions: readonly RuleOpinion[]): Effect {
  let rank = EFFECTS.length - 1;
  for (const { effect } of opinions) rank = Math.min(rank, EFFECT_RANK.get(effect) ?? 0);
  return EFFECTS[rank] ?? 'deny';
}

function nothingMatched(world: Pick<World, 'semantics'>): readonly [Reason] {
  return [{ code: 'OK', rule: 'default', effect: 'allow', message: wordsOf(world).nothingMatched }];
}

/** DEC-6: every rule that spoke, in the order of REASON_CODES, strictest first within a code; at most 16 of one code. */
export function reasonsOf(opinions: readonly RuleOpinion[], world: Pick<World, 'semantics'>): readonly [Reason, ...Reason[]] {
  if (opinions.length === 0) return nothingMatched(world);
  const kept: Reason[] = [];
  let code = '';
  let count = 0;
  for (const one of opinions.length === 1 ? opinions : opinions.toSorted(byOrder)) {
    count = one.code === code ? count + 1 : 1;
    code = one.code;
    if (count <= MAX_REASONS_PER_CODE) kept.push(toReason(one));
  }
  const [first, ...rest] = kept;
  return first === undefined ? nothingMatched(world) : [first, ...rest];
}
