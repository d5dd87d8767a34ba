import type { Category, Reading, ToolDeclaration } from '../kernel/finding.ts';
import type { JsonObject } from '../kernel/json.ts';

export interface Inspectable {
  readonly kind: string;
  readonly name: string;
  readonly args: JsonObject;
  /** Pointers of arguments that hold a digest of our own making, `sha256:` and 64 hexadecimal digits: there is nothing to read in them. */
  readonly digests?: readonly string[];
  /** The coding agent that calls, where one of its hooks told of the call. */
  readonly harness?: string;
  /** The folder the action starts in, where the integration told. */
  readonly folder?: string;
  readonly declaration?: ToolDeclaration;
  /** The operator's word on what this tool is; wins over our reading of its name. */
  readonly category?: Category;
}

/** Pure, synchronous, total, linear in the size of its argument; what it could not read it says (INSPECT). */
export type Inspect = (subject: Inspectable) => Reading;
