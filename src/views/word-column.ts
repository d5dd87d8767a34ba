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
  passing(passes: (word: string) => boolean): ((row: number) => boolean) | null {
    const wanted = new Uint8Array(this.#words.length);
    let some = false;
    this.#words.forEach((word, number) => {
      if (!passes(word)) return;
      wanted[number] = 1;
      some = true;
    });
    return some ? (row) => wanted[this.#rows[row] ?? 0] === 1 : null;
  }

  /** Whether each row has this word; null where none has. */
  having(word: string): ((row: number) => boolean) | null {
    const number = this.#numbers.get(word);
    return number === undefined ? null : (row) => this.#rows[row] === number;
  }
}
