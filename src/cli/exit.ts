/** Exit codes, the same for every command (docs/reference/cli.md). */
export const EXIT = {
  ok: 0,
  /** What was checked does not hold: a log that does not verify, a policy with faults, a demo that differed. */
  failed: 1,
  usage: 2,
  /** Aegis could not be reached, or its gate is closed. */
  unavailable: 3,
  /** The key is missing, wrong, or its role may not do this. */
  refused: 4,
  /** No such thing, or its state does not allow this. */
  conflict: 5,
} as const;

/** A failure with its exit code and, where there is one, the next step. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly hint: string;
  readonly code: string;

  constructor(exitCode: number, code: string, message: string, hint = '') {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
    this.hint = hint;
  }
}
