import { AegisError } from '../../../errors.ts';

/**
 * The answer of the gate, or a refusal when it takes longer than the proxy may wait: a store that hangs is a closed gate (GATE-2).
 * What is decided after that reserves, and is never released to run.
 * @throws AegisError GATE_CLOSED
 */
export function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new AegisError('GATE_CLOSED', { detail: 'it did not answer in time' })), ms);
  answer.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
