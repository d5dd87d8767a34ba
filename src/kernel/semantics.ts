/**
 * The behaviour a decision was made under. A change that would make a recorded log replay differently gets the next number here,
 * with its date and what changed; the old behaviour stays reachable for as long as logs of it exist.
 *
 * A log says which one holds with each `gate-opened` entry; `World.semantics` carries it.
 *
 * 1 — 2026-11-21: the first.
 * 2 — 2026-11-21: the vote of a person who was removed, or may no longer approve, is taken out when the votes are counted, so that the
 *     question waits for another person; before, the count was full and the action denied.
 * 3 — 2026-11-30: action ids and session names belong to their agent, automatic halts count fewer denials, and the reading of actions changes.
 */
export const SEMANTICS = 3;
