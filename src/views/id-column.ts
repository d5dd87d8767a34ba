const BYTES = 16;
const HEX = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A column of ids: a UUID takes sixteen bytes, another id is kept as it is. */
export class IdColumn {
  readonly #bytes: Buffer;
  readonly #others = new Map<number, string>();

  constructor(rows: number) {
    this.#bytes = Buffer.alloc(rows * BYTES);
  }

  set(row: number, id: string): void {
    if (HEX.test(id)) this.#bytes.write(id.replaceAll('-', ''), row * BYTES, 'hex');
    else this.#others.set(row, id);
  }

  at(row: number): string {
    const other = this.#others.get(row);
    if (other !== undefined) return other;
    const hex = this.#bytes.toString('hex', row * BYTES, (row + 1) * BYTES);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}
