import type { Entry, EntryOf } from '../kernel/entry.ts';
import { ActionBlock, BLOCK } from './action-block.ts';
import type { ActionFilter } from './action-filter.ts';
import type { ActionRow } from './action-row.ts';
import type { Charge } from './charges.ts';
import type { Told } from './told.ts';
import { trim } from './trim.ts';

/** Rows that are kept; older decisions are in the log. */
const MOST_ROWS = 1_048_576;
/** Allowed actions that have no outcome yet and are still waited for; the oldest are waited for no longer. */
const MOST_OPEN = 65_536;

/** Decisions in columns, newest first out; folded one entry at a time. */
export class ActionsView {
  readonly #blocks: ActionBlock[] = [];
  readonly #mostBlocks: number;
  /** Where an allowed action stands, until its outcome comes. */
  readonly #open = new Map<string, { readonly block: ActionBlock; readonly place: number }>();

  constructor(mostRows = MOST_ROWS) {
    this.#mostBlocks = Math.max(1, Math.ceil(mostRows / BLOCK));
  }

  get rows(): number {
    return this.#blocks.reduce((rows, block) => rows + block.rows, 0);
  }

  fold(entry: Entry, { charge, row }: Told): void {
    if (entry.type === 'action-settled') this.#settle(entry, charge);
    if (row === null) return;
    const block = this.#last();
    const place = block.add(row);
    if (row.effect !== 'allow' && row.effect !== 'modify') return;
    const key = keyOf(row.agent, row.action);
    this.#open.delete(key);
    this.#open.set(key, { block, place });
    trim(this.#open, MOST_OPEN);
  }

  #settle({ agent, body }: EntryOf<'action-settled'>, charge: Charge | null): void {
    const key = keyOf(agent, body.action);
    const open = this.#open.get(key);
    this.#open.delete(key);
    open?.block.settle(open.place, body.status, { usdMicros: charge?.usdMicros, tokens: charge?.tokens });
  }

  #last(): ActionBlock {
    const last = this.#blocks.at(-1);
    if (last !== undefined && !last.full) return last;
    const block = new ActionBlock();
    this.#blocks.push(block);
    if (this.#blocks.length > this.#mostBlocks) this.#blocks.shift();
    return block;
  }

  /** Whether any row passes: one block is looked at after another, so it is for filters that rows of the newest blocks pass or none. */
  has(filter: ActionFilter): boolean {
    return this.#blocks.some((block) => block.has(filter));
  }

  /** Rows that pass, newest first, block by block: between two blocks others have their turn. */
  async *pieces(filter: ActionFilter, turn: () => Promise<void>): AsyncGenerator<Iterable<ActionRow>> {
    let looked = 0;
    for (const block of this.#blocks.toReversed()) {
      const rows = block.search(filter);
      if (rows === null) continue;
      if (looked++ > 0) await turn();
      yield rows;
    }
  }

  /** One page, newest first; `next` goes on below it. */
  async page(
    filter: ActionFilter,
    limit: number,
    turn: () => Promise<void>,
  ): Promise<{ readonly actions: readonly ActionRow[]; readonly next?: number }> {
    const actions: ActionRow[] = [];
    for await (const rows of this.pieces(filter, turn)) {
      for (const row of rows) {
        const last = actions.at(-1);
        if (actions.length === limit && last !== undefined) return { actions, next: last.index };
        actions.push(row);
      }
    }
    return { actions };
  }
}

const keyOf = (agent: string | undefined, action: string): string => `${agent ?? ''} ${action}`;
