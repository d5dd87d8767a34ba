import { readdirSync } from 'node:fs';
import type { Law } from './law.ts';

const FOLDER = new URL('./laws/', import.meta.url);
const files = await Promise.all(
  readdirSync(FOLDER)
    .toSorted()
    .map((file) => import(new URL(file, FOLDER).href) as Promise<{ readonly laws: readonly Law[] }>),
);

/** Every law that lies in the folder, by family. */
export const LAWS: readonly Law[] = files.flatMap(({ laws }) => laws);
