import type { Category, Reading, ToolDeclaration } from '../kernel/finding.ts';
import type { JsonObject } from '../kernel/json.ts';

export interface Inspectable {
  readonly kind: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly declaration?: ToolDeclaration;
  /** The operator's word on what this tool is; wins over our reading of its name. */
  readonly category?: Category;
}

/** Pure, synchronous, total, linear in the size of its argument; what it could not read it says (INSPECT). */
export type Inspect = (subject: Inspectable) => Reading;
