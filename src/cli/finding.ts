/** One thing `aegis doctor` looked at. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'bad';
  readonly detail: string;
  /** What to do about it. */
  readonly next?: string;
}
