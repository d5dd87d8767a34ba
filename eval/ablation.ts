import { readSecrets } from '../src/inspect/secrets/read-secrets.ts';
import { noiseOf } from './noise.ts';
import type { FileOfRows } from './row.ts';
import { textOf } from './row.ts';
import type { Share } from './wilson.ts';
import { share } from './wilson.ts';

/** How many secrets are found with the formats and names of vendors, and by structure alone. */
export interface Ablation {
  readonly file: string;
  readonly label: string;
  readonly whole: Share;
  readonly without: Share;
}

export function ablate({ file, rows }: FileOfRows): Ablation[] {
  const scored = rows.filter((row) => row.kind === 'secret' && noiseOf(row) === undefined);
  return [...new Set(scored.map((row) => row.label))].map((label) => {
    const texts = scored.filter((row) => row.label === label).map(textOf);
    const found = (vendors: boolean): Share => share(texts.filter((text) => readSecrets(text, vendors).secrets.length > 0).length, texts.length);
    return { file, label, whole: found(true), without: found(false) };
  });
}
