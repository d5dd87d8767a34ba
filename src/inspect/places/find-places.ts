import { classesOf, networkOf } from './automaton.ts';
import type { Network } from './automaton.ts';
import { SYMBOLS, parsePattern } from './parse-pattern.ts';
import type { Bounded } from './parse-pattern.ts';

/**
 * Where each pattern can match, by its place in the list: positions in ascending order, among them every one at which it does match. Nothing of a
 * pattern that can match nowhere.
 */
export type Places = readonly (readonly number[] | undefined)[];

/** Finds the places of many patterns in one pass over a text; whether a pattern does match there is asked of the pattern itself. */
export type FindPlaces = (text: string) => Places;

const UNKNOWN = 0;
const DEAD = -1;

/** The patterns read together: a state is a set of places in them, made when a text first leads to it (McNaughton and Yamada, 1960). */
interface Machine {
  readonly network: Network;
  readonly width: number;
  readonly classOf: Uint8Array;
  /** A symbol of each class. */
  readonly symbolOf: readonly number[];
  /** `next[state + class]` is a state, as an offset into this very table. */
  next: Int32Array;
  readonly places: (readonly number[])[];
  /** Patterns that may end in a state, by the state's number. */
  readonly ends: (readonly number[])[];
  /** 1 at the offset of a state in which some may. */
  ending: Uint8Array;
  /** By state and class: which of `outcomes` it is to end there with that class behind; 0 before it was asked. */
  outcome: Int32Array;
  readonly outcomes: (readonly number[])[];
  readonly known: Map<string, number>;
  /** Where reading begins, by the class of the character before. */
  readonly starts: Int32Array;
  /** What the first character leads to, by the class of the one before and its own: most lead nowhere. */
  readonly firsts: Int32Array;
  /** `notBehind[pattern * width + class]` is 1 when nothing of that class may follow the pattern. */
  readonly notBehind: Uint8Array;
  classes: Uint8Array;
}

/**
 * Reads the patterns once. A state is made when it is first needed and kept; there are finitely many, and the time is linear in the text because
 * no pattern matches more than some hundred characters. Patterns must not match nothing.
 */
export function placesOf(patterns: readonly RegExp[]): FindPlaces {
  const machine = build(patterns.map(parsePattern));
  return (text) => run(text, machine);
}

function build(patterns: readonly Bounded[]): Machine {
  const network = networkOf(patterns);
  const { of, count } = classesOf(patterns, network.nodes);
  const edge = count - 1;
  const symbolOf: number[] = [];
  for (let symbol = 0; symbol < SYMBOLS; symbol++) symbolOf[of[symbol] ?? 0] ??= symbol;
  const machine: Machine = {
    network,
    width: count,
    classOf: of,
    symbolOf,
    next: new Int32Array(count * 64),
    places: [[]],
    ends: [[]],
    ending: new Uint8Array(count * 64),
    outcome: new Int32Array(count * 64),
    outcomes: [[], []],
    known: new Map(),
    starts: new Int32Array(count),
    firsts: new Int32Array(count * count),
    notBehind: new Uint8Array(patterns.length * count),
    classes: new Uint8Array(0),
  };
  for (let kind = 0; kind < count; kind++) {
    const symbol = symbolOf[kind] ?? -1;
    const allowed = network.starts.filter((_, pattern) => kind === edge || patterns[pattern]?.notBefore[symbol] !== true);
    machine.starts[kind] = state(allowed, machine);
    patterns.forEach((one, pattern) => {
      if (kind !== edge && one.notBehind[symbol] === true) machine.notBehind[pattern * count + kind] = 1;
    });
  }
  return machine;
}

/** The state that stands for these places and all that are reached from them without reading. */
function state(places: readonly number[], machine: Machine): number {
  const { network, known, width } = machine;
  const open = [...places];
  const reached = new Set<number>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    const node = network.nodes[at];
    if (node?.type === 'split') for (const to of node.to) open.push(to);
  }
  const sets = [...reached].filter((at) => network.nodes[at]?.type !== 'split').sort((a, b) => a - b);
  const key = sets.join();
  const before = known.get(key);
  if (before !== undefined) return before;
  const offset = machine.places.length * width;
  known.set(key, offset);
  machine.places.push(sets);
  const ends = sets.flatMap((at) => ended(network, at)).sort((a, b) => a - b);
  machine.ends.push(ends);
  if (offset + width > machine.next.length) widen(machine);
  if (ends.length > 0) machine.ending[offset] = 1;
  return offset;
}

function widen(machine: Machine): void {
  const { next, ending, outcome } = machine;
  machine.next = new Int32Array(next.length * 2);
  machine.next.set(next);
  machine.ending = new Uint8Array(next.length * 2);
  machine.ending.set(ending);
  machine.outcome = new Int32Array(next.length * 2);
  machine.outcome.set(outcome);
}

function ended({ nodes }: Network, at: number): readonly number[] {
  const node = nodes[at];
  return node?.type === 'end' ? [node.pattern] : [];
}

function step(from: number, kind: number, machine: Machine): number {
  const { network, places, width, symbolOf } = machine;
  const symbol = symbolOf[kind] ?? 0;
  const to: number[] = [];
  for (const at of places[from / width] ?? []) {
    const node = network.nodes[at];
    if (node?.type === 'set' && node.symbols[symbol] === true) to.push(node.to);
  }
  const next = to.length === 0 ? DEAD : state(to, machine);
  machine.next[from + kind] = next;
  return next;
}

function classify(text: string, machine: Machine): Uint8Array {
  const { classOf, width } = machine;
  if (machine.classes.length <= text.length) machine.classes = new Uint8Array(Math.max(1_024, 2 * text.length));
  const { classes } = machine;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    classes[at] = classOf[code < SYMBOLS ? code : SYMBOLS - 1] ?? 0;
  }
  classes[text.length] = width - 1;
  return classes;
}

function run(text: string, machine: Machine): Places {
  const classes = classify(text, machine);
  const { firsts, width } = machine;
  const found: (number[] | undefined)[] = [];
  const { length } = text;
  let before = width - 1;
  for (let at = 0; at < length; at++) {
    const kind = classes[at] ?? 0;
    const slot = before * width + kind;
    before = kind;
    if (firsts[slot] === DEAD) continue;
    let from = firsts[slot] ?? UNKNOWN;
    if (from === UNKNOWN) {
      from = step(machine.starts[(slot - kind) / width] ?? 0, kind, machine);
      firsts[slot] = from;
    }
    if (from !== DEAD) follow({ classes, length, machine, found }, at, from);
  }
  return found;
}

interface Reading {
  readonly classes: Uint8Array;
  readonly length: number;
  readonly machine: Machine;
  readonly found: (number[] | undefined)[];
}

/** Reads on from the state the character at `at` led to, and notes what ends on the way. */
function follow({ classes, length, machine, found }: Reading, at: number, first: number): void {
  let { next, ending } = machine;
  let from = first;
  for (let end = at + 1; ; end++) {
    const kind = classes[end] ?? 0;
    if (ending[from] === 1) for (const pattern of endsIn(from, kind, machine)) add(found, pattern, at);
    if (end >= length) return;
    let to = next[from + kind] ?? UNKNOWN;
    if (to === UNKNOWN) {
      to = step(from, kind, machine);
      ({ next, ending } = machine);
    }
    if (to === DEAD) return;
    from = to;
  }
}

/** The patterns that end in a state when something of this class stands behind. */
function endsIn(from: number, behind: number, machine: Machine): readonly number[] {
  const { outcome, outcomes } = machine;
  const known = outcome[from + behind] ?? 0;
  if (known !== 0) return outcomes[known] ?? [];
  const { ends, notBehind, width } = machine;
  const found = (ends[from / width] ?? []).filter((pattern) => notBehind[pattern * width + behind] !== 1);
  outcome[from + behind] = found.length === 0 ? 1 : outcomes.push(found) - 1;
  return found;
}

function add(found: (number[] | undefined)[], pattern: number, at: number): void {
  const list = found[pattern];
  if (list === undefined) found[pattern] = [at];
  else if (list[list.length - 1] !== at) list.push(at);
}
