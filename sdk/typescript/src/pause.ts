import type { AegisClient } from './client.ts';
import type { AegisTimeoutError } from './errors.ts';

/**
 * What frameworks throw to pause a run inside a tool, and to go on later by running the tool again: LangGraph's `interrupt()` and its other control flow. Their
 * classes mark themselves (`is_bubble_up`), so that two copies of the library recognise each other.
 */
export function isPause(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { is_bubble_up?: unknown }).is_bubble_up === true;
}

const PAUSING = new WeakSet<AegisClient>();

/** `auto({ pause: true })`: a call that nobody decided in time pauses its run, where the framework can go on with it later. */
export function pauseRuns(client: AegisClient): void {
  PAUSING.add(client);
}

export const pausesRuns = (client: AegisClient): boolean => PAUSING.has(client);

/**
 * What LangGraph takes for an interrupt of its own, by its name and its mark. Its `interrupt()` would take an answer that is meant for the tool. The value
 * is what the program reads of a call that waits: plain JSON, to be kept with the run.
 */
export function graphInterrupt({ toolName, reason, approval, decision }: AegisTimeoutError): Error {
  const value = { aegis: 'waits for a person', approval: approval ?? null, action: decision.action, tool: toolName, reason };
  const interrupts = [{ id: decision.action, value }];
  return Object.assign(new Error(JSON.stringify(interrupts)), { name: 'GraphInterrupt', is_bubble_up: true, interrupts });
}
