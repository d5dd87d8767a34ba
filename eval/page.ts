import type { Ablation } from './ablation.ts';
import { ablationText, markdown, streamText, unscored } from './report.ts';
import type { Line } from './score.ts';
import type { StreamLine } from './streams.ts';

const HEAD = `# Evaluation

Made by \`npm run eval -- --corpora DIR --write docs/reference/evaluation.md\`. Each row of outside data is read and decided under
\`policies/default.yaml\`, by an agent with no history. Nothing of the data is in this repository.

- **stopped**: the call was denied or a person was asked. **found**: the reader said what the row is about; for texts that a model reads
  this is a finding of HIGH or CRITICAL, after which sinks of that session ask; a secret or personal data counts from MEDIUM on, for a LOW
  guess is recorded and changes nothing.
- **detected** counts findings of MEDIUM or more even where the policy lets the call pass.
- Intervals are Wilson's at 95 %.
- Sources are split into two halves. The readers are worked on with **develop** alone; of **held** only totals are printed.
  **apart** is held minus develop, in points.

These collections were known while the readers were written. Expect less on data that nobody here has seen.
`;

export interface Report {
  readonly lines: readonly Line[];
  readonly ablations: readonly Ablation[];
  readonly streams: readonly StreamLine[];
}

/** The report as a page of the reference. */
export function page({ lines, ablations, streams }: Report): string {
  const left = unscored(lines);
  return [
    HEAD,
    markdown(lines),
    '',
    ...(ablations.length === 0 ? [] : ['## Secrets without the tables of vendors', '', ...ablations.map((one) => `- ${ablationText(one)}`), '']),
    ...(left.length === 0 ? [] : ['## Not scored', '', ...left.map((one) => `- ${one}`), '']),
    ...(streams.length === 0 ? [] : ['## Recorded model streams', '', ...streams.map((one) => `- ${streamText(one)}`), '']),
  ].join('\n');
}
