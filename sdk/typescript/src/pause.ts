/**
 * What frameworks throw to pause a run inside a tool, and to go on later by running the tool again: LangGraph's `interrupt()` and its other control flow. Their
 * classes mark themselves (`is_bubble_up`), so that two copies of the library recognise each other.
 */
export function isPause(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { is_bubble_up?: unknown }).is_bubble_up === true;
}
