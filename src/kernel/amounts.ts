import type { Amounts } from './decision.ts';

/** The fields of `Amounts`, in the order limits are checked and reported. */
export const AMOUNT_FIELDS = ['usdMicros', 'tokens', 'toolCalls', 'modelCalls', 'steps'] as const satisfies readonly (keyof Amounts)[];

export const NOTHING: Amounts = { usdMicros: 0, tokens: 0, toolCalls: 0, modelCalls: 0, steps: 0 };

export function plus(a: Amounts, b: Amounts): Amounts {
  return {
    usdMicros: a.usdMicros + b.usdMicros,
    tokens: a.tokens + b.tokens,
    toolCalls: a.toolCalls + b.toolCalls,
    modelCalls: a.modelCalls + b.modelCalls,
    steps: a.steps + b.steps,
  };
}

/** `a − b`, never below zero. */
export function minus(a: Amounts, b: Amounts): Amounts {
  return {
    usdMicros: Math.max(0, a.usdMicros - b.usdMicros),
    tokens: Math.max(0, a.tokens - b.tokens),
    toolCalls: Math.max(0, a.toolCalls - b.toolCalls),
    modelCalls: Math.max(0, a.modelCalls - b.modelCalls),
    steps: Math.max(0, a.steps - b.steps),
  };
}

export function isNothing(a: Amounts): boolean {
  return a.usdMicros === 0 && a.tokens === 0 && a.toolCalls === 0 && a.modelCalls === 0 && a.steps === 0;
}

/** SPEND-6: what may be charged: a whole number that is not negative and survives JSON. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
