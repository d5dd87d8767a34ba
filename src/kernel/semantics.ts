/**
 * The behaviour a decision was made under. A change that would make a recorded log replay differently gets the next number here,
 * with its date and what changed; the old behaviour stays reachable for as long as logs of it exist.
 *
 * 1 — 2026-11-21: the first.
 */
export const SEMANTICS = 1;
