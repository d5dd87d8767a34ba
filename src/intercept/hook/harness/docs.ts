/** What docs/how-to/govern-a-coding-agent.md says of a harness; its tables are made from this. */
export interface HarnessDocs {
  /** Who answers a call that must be asked. */
  readonly asks: string;
  /** One row for each way it can be installed that holds something else. */
  readonly holds: readonly HoldsRow[];
  /** The version `npm run eval:harness` was last run with; absent where it is held to its documents only. */
  readonly tried?: string;
}

/** What becomes of a call that could not be decided, and which calls are never seen. Markdown of one table cell each. */
export interface HoldsRow {
  /** What follows the harness's title: `, \`--blocking\``. */
  readonly variant?: string;
  readonly documented: string;
  readonly away: string;
  readonly crashed: string;
  readonly timedOut: string;
  readonly handler: 'http' | 'command';
  readonly unseen: string;
}
