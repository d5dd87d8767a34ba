import { equalTo } from './narrow.ts';
import type { Narrow } from './narrow.ts';

/** A column of words, each kept once for all rows of a block: its number takes two bytes, and a block without a word is passed over whole. */
export class WordColumn {
  readonly #numbers = new Map<string, number>();
  readonly #words: string[] = [];
  readonly #rows: Uint16Array;

  constructor(rows: number) {
    this.#rows = new Uint16Array(rows);
  }

  set(row: number, word: string): void {
    let number = this.#numbers.get(word);
    if (number === undefined) {
      number = this.#words.length;
      this.#numbers.set(word, number);
      this.#words.push(word);
    }
    this.#rows[row] = number;
  }

  at(row: number): string {
    return this.#words[this.#rows[row] ?? 0] ?? '';
  }

  /** Whether each row has a word that passes; null where none can. */
  passing(passes: (word: string) => boolean): ((place: number) => boolean) | null {
    const wanted = new Uint8Array(this.#words.length);
    let some = false;
    this.#words.forEach((word, number) => {
      if (!passes(word)) return;
      wanted[number] = 1;
      some = true;
    });
    return some ? (place) => wanted[this.#rows[place] ?? 0] === 1 : null;
  }

  /** Rows that have this word; null where none has. */
  having(word: string): Narrow | null {
    const number = this.#numbers.get(word);
    return number === undefined ? null : equalTo(this.#rows, number);
  }
}
