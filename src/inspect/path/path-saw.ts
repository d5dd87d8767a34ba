import type { Detector, Risk } from '../../kernel/finding.ts';

/** One thing seen in a path, before it is told where. */
export interface PathSaw {
  readonly code: string;
  readonly risk: Risk;
  /** Default `path`. */
  readonly detector?: Detector;
}
