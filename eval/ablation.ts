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
    const has = (text: string, vendors: boolean): boolean => readSecrets(text, vendors).secrets.some((one) => one.placeholder !== true);
    const found = (vendors: boolean): Share => share(texts.filter((text) => has(text, vendors)).length, texts.length);
    return { file, label, whole: found(true), without: found(false) };
  });
}
