import type { CanaryProbe } from './canary.ts';
import type { HarnessDocs } from './docs.ts';
import type { Protocol } from './protocol.ts';
import type { HarnessSettings } from './settings.ts';

/** One coding agent, whole: the door, the command line, the launcher and the documents read it from here. docs/how-to/add-a-harness.md */
export interface Harness {
  /** As in `aegis hook install <name>`, in the names of sessions and in the log: letters a–z and `-`. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  readonly protocol: Protocol;
  readonly settings: HarnessSettings;
  readonly canary: CanaryProbe;
  /** Its tools that only read: they may run undecided under `--on-unavailable allow_readonly`. */
  readonly readingTools: readonly string[];
  readonly docs: HarnessDocs;
}
