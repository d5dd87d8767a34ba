/** What a scripted model says next: text, tool calls, or both. */
export interface Turn {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[];
}

/** A request reduced to what a script decides on, the same for every wire format. */
export interface Asked {
  readonly model: string;
  /** Concatenated system text. */
  readonly system: string;
  /** The last text the user wrote. */
  readonly user: string;
  /** Tool results so far, oldest first. */
  readonly results: readonly string[];
  readonly tools: readonly string[];
}

/** A pure function from what was asked to what is said: the whole of the pretence. */
export type Script = (asked: Asked) => Turn;
