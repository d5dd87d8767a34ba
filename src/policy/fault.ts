/**
 * One thing wrong with a policy document or a file it names. Every fault of a document is reported, not the first only (POLICY-2).
 * `line` and `column` start at 1; `path` is an RFC 6901 pointer into the document.
 */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly code: FaultCode;
  readonly message: string;
  readonly hint: string;
  /** The referenced file the position is in; absent for the document itself. */
  readonly file?: string;
}

export const FAULT_CODES = [
  'YAML_SYNTAX',
  'DUPLICATE_KEY',
  'ALIAS',
  'TOO_LARGE',
  'TOO_DEEP',
  'UNKNOWN_KEY',
  'MISSING_KEY',
  'WRONG_TYPE',
  'UNKNOWN_VALUE',
  'BAD_FORMAT',
  'NOT_FINITE',
  'OUT_OF_RANGE',
  'EMPTY',
  'DUPLICATE_ID',
  'CODE_RESERVED',
  'CEL_SYNTAX',
  'CEL_TYPE',
  'CEL_COST',
  'REGEX_INVALID',
  'BARE_WILDCARD',
  'CONTRADICTION',
  'UNREACHABLE',
  'FILE_MISSING',
  'FILE_DIGEST',
  'MANIFEST_INVALID',
  'CEDAR_INVALID',
  'REGO_INVALID',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** A place inside a parsed document: object keys and array positions from the root. */
export type Path = readonly (string | number)[];

/** What a checker says about a place; the position is added by whoever owns the text. */
export interface Complaint {
  readonly path: Path;
  readonly code: FaultCode;
  readonly message: string;
  readonly hint: string;
  /** Point at the key rather than at its value. */
  readonly atKey?: boolean;
  /** Characters into the text of the scalar at `path`, for faults inside an expression. */
  readonly offset?: number;
}

export type Report = (complaint: Complaint) => void;

/** RFC 6901. */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
