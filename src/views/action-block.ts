import { ACTION_KINDS, ENFORCEMENTS } from '../kernel/action.ts';
import { EFFECTS } from '../kernel/decision.ts';
import { OUTCOME_STATUSES } from '../kernel/entry.ts';
import type { OutcomeStatus } from '../kernel/entry.ts';
import { CATEGORIES, RISKS } from '../kernel/finding.ts';
import { splitCodes } from './action-filter.ts';
import type { ActionFilter } from './action-filter.ts';
import type { ActionRow } from './action-row.ts';
import { IdColumn } from './id-column.ts';
import { equalTo, narrow } from './narrow.ts';
import type { Narrow } from './narrow.ts';
import { WordColumn } from './word-column.ts';

/** Rows of one block: looking at all of them takes well under a millisecond. */
export const BLOCK = 16_384;

/** One stretch of decisions in columns, about sixty bytes a row; outside the heap but for its words. */
export class ActionBlock {
  #rows = 0;
  readonly #index = new Float64Array(BLOCK);
  readonly #at = new Float64Array(BLOCK);
  readonly #usdMicros = new Float64Array(BLOCK);
  readonly #tokens = new Float64Array(BLOCK);
  readonly #kind = new Uint8Array(BLOCK);
  readonly #enforcement = new Uint8Array(BLOCK);
  readonly #effect = new Uint8Array(BLOCK);
  readonly #risk = new Uint8Array(BLOCK);
  /** One above the place in the list of outcomes; 0 is none. */
  readonly #outcome = new Uint8Array(BLOCK);
  readonly #categories = new Uint16Array(BLOCK);
  readonly #action = new IdColumn(BLOCK);
  readonly #words = {
    agent: new WordColumn(BLOCK),
    session: new WordColumn(BLOCK),
    name: new WordColumn(BLOCK),
    integration: new WordColumn(BLOCK),
    reasons: new WordColumn(BLOCK),
  };
  readonly #approvals = new Map<number, string>();
  /** What any row of the block has, as bits. */
  #has = { effect: 0, risk: 0, categories: 0 };
  #times = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };

  get rows(): number {
    return this.#rows;
  }

  get full(): boolean {
    return this.#rows === BLOCK;
  }

  /** @returns the row's place */
  add(row: ActionRow): number {
    const place = this.#rows++;
    const [effect, risk] = [EFFECTS.indexOf(row.effect), RISKS.indexOf(row.risk)];
    const categories = row.categories.reduce((bits, category) => bits | (1 << CATEGORIES.indexOf(category)), 0);
    this.#index[place] = row.index;
    this.#at[place] = row.at;
    this.#kind[place] = ACTION_KINDS.indexOf(row.kind);
    this.#enforcement[place] = ENFORCEMENTS.indexOf(row.enforcement);
    this.#effect[place] = effect;
    this.#risk[place] = risk;
    this.#categories[place] = categories;
    this.#action.set(place, row.action);
    for (const word of ['agent', 'session', 'name', 'integration'] as const) this.#words[word].set(place, row[word]);
    this.#words.reasons.set(place, row.reasons.join(' '));
    if (row.approval !== undefined) this.#approvals.set(place, row.approval);
    const { effect: effects, risk: risks, categories: all } = this.#has;
    this.#has = { effect: effects | (1 << effect), risk: risks | (1 << risk), categories: all | categories };
    this.#times = { first: Math.min(this.#times.first, row.at), last: Math.max(this.#times.last, row.at) };
    return place;
  }

  settle(place: number, status: OutcomeStatus, usage: { readonly usdMicros?: number | undefined; readonly tokens?: number | undefined }): void {
    this.#outcome[place] = OUTCOME_STATUSES.indexOf(status) + 1;
    this.#usdMicros[place] = usage.usdMicros ?? 0;
    this.#tokens[place] = usage.tokens ?? 0;
  }

  /** The rows that pass, newest first; null where none can, without a look at them. */
  search(filter: ActionFilter): Iterable<ActionRow> | null {
    const steps = this.#steps(filter);
    return steps === null ? null : this.#passing(steps);
  }

  has(filter: ActionFilter): boolean {
    const rows = this.search(filter);
    return rows !== null && rows[Symbol.iterator]().next().done !== true;
  }

  *#passing(steps: readonly Narrow[]): Generator<ActionRow> {
    const places = new Uint16Array(this.#rows);
    for (let at = 0; at < places.length; at++) places[at] = places.length - 1 - at;
    const left = steps.reduce((count, step) => step(places, count), places.length);
    for (let at = 0; at < left; at++) yield this.row(places[at] ?? 0);
  }

  /** What rows are held against, column by column; null where no row can pass. */
  #steps(filter: ActionFilter): readonly Narrow[] | null {
    const { category, effect, risk, reason, since, until, before } = filter;
    const steps: (Narrow | null)[] = [];
    for (const word of ['session', 'agent', 'name', 'integration'] as const) {
      const wanted = filter[word];
      if (wanted !== undefined) steps.push(this.#words[word].having(wanted));
    }
    if (reason !== undefined) steps.push(narrowed(this.#words.reasons.passing((codes) => splitCodes(codes).includes(reason))));
    if (effect !== undefined) steps.push(bit(this.#has.effect, EFFECTS.indexOf(effect), this.#effect));
    if (risk !== undefined) steps.push(bit(this.#has.risk, RISKS.indexOf(risk), this.#risk));
    if (category !== undefined) {
      const mask = 1 << CATEGORIES.indexOf(category);
      steps.push((this.#has.categories & mask) === 0 ? null : narrow((place) => ((this.#categories[place] ?? 0) & mask) !== 0));
    }
    if (since !== undefined) steps.push(this.#times.last < since ? null : narrow((place) => (this.#at[place] ?? 0) >= since));
    if (until !== undefined) steps.push(this.#times.first >= until ? null : narrow((place) => (this.#at[place] ?? 0) < until));
    if (before !== undefined) steps.push((this.#index[0] ?? 0) >= before ? null : narrow((place) => (this.#index[place] ?? 0) < before));
    if (filter.q !== undefined && filter.q !== '') steps.push(this.#text(filter.q.toLowerCase()));
    const all = steps.filter((step) => step !== null);
    return all.length < steps.length ? null : all;
  }

  #text(part: string): Narrow | null {
    const { name, agent, session, reasons } = this.#words;
    const tests = [name, agent, session, reasons].map((column) => column.passing((word) => word.toLowerCase().includes(part)));
    const some = tests.filter((test) => test !== null);
    return some.length === 0 ? null : narrow((place) => some.some((test) => test(place)));
  }

  row(place: number): ActionRow {
    const { agent, session, name, integration } = this.#words;
    const reasons = splitCodes(this.#words.reasons.at(place));
    const bits = this.#categories[place] ?? 0;
    const approval = this.#approvals.get(place);
    const status = OUTCOME_STATUSES[(this.#outcome[place] ?? 0) - 1];
    const usage = { usdMicros: this.#usdMicros[place] ?? 0, tokens: this.#tokens[place] ?? 0 };
    return {
      index: this.#index[place] ?? 0,
      at: this.#at[place] ?? 0,
      action: this.#action.at(place),
      agent: agent.at(place),
      session: session.at(place),
      kind: ACTION_KINDS[this.#kind[place] ?? 0] ?? 'tool',
      name: name.at(place),
      integration: integration.at(place),
      enforcement: ENFORCEMENTS[this.#enforcement[place] ?? 0] ?? 'advisory',
      effect: EFFECTS[this.#effect[place] ?? 0] ?? 'deny',
      risk: RISKS[this.#risk[place] ?? 0] ?? 'LOW',
      reason: reasons[0] ?? '',
      reasons,
      categories: CATEGORIES.filter((_category, at) => (bits & (1 << at)) !== 0),
      ...(approval === undefined ? {} : { approval }),
      ...(status === undefined ? {} : { outcome: { status, ...usage } }),
    };
  }
}

const narrowed = (passes: ((place: number) => boolean) | null): Narrow | null => (passes === null ? null : narrow(passes));

/** Rows with one small number; null where no row of the block has it. */
function bit(has: number, wanted: number, column: Uint8Array): Narrow | null {
  return (has & (1 << wanted)) === 0 ? null : equalTo(column, wanted);
}
