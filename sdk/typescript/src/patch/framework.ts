import { AsyncLocalStorage } from 'node:async_hooks';

/** Set while a framework whose tools are guarded where they run asks its model: its calls are decided there, with the arguments as validated. */
const asking = new AsyncLocalStorage<true>();

export function askedByFramework(): boolean {
  return asking.getStore() === true;
}

/** Marks the named methods of a model class. Generators are marked for every step, since a generator runs in the context of who takes from it. */
export function leaveToTools(prototype: object, methods: readonly string[]): void {
  const own = prototype as Record<string, unknown>;
  for (const name of methods) {
    const original = own[name];
    if (typeof original !== 'function') continue;
    own[name] = function marked(this: unknown, ...args: unknown[]): unknown {
      const answer: unknown = asking.run(true, () => original.apply(this, args) as unknown);
      return isGenerator(answer) ? stepwise(answer) : answer;
    };
  }
}

function isGenerator(answer: unknown): answer is AsyncGenerator<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer && 'next' in answer;
}

function stepwise(source: AsyncGenerator<unknown>): AsyncGenerator<unknown> {
  for (const name of ['next', 'return', 'throw'] as const) {
    const original = source[name].bind(source) as (value?: unknown) => Promise<IteratorResult<unknown>>;
    Object.defineProperty(source, name, { configurable: true, writable: true, value: (value?: unknown) => asking.run(true, () => original(value)) });
  }
  return source;
}
