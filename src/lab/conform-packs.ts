import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Pack } from './conform-case.ts';

/** Reads every pack (`*.yaml`) of a folder and its folders, in name order. Throws with the file's name when one is not a pack or an id is used twice. */
export function readPacks(folder: string): readonly Pack[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const seen = new Map<string, string>();
  return files.map((file) => {
    const pack = parse(readFileSync(join(folder, file), 'utf8')) as Partial<Pack> | null;
    if (pack?.apiVersion !== 'aegis.dev/conformance/v1' || typeof pack.pack !== 'string' || !Array.isArray(pack.cases)) {
      throw new Error(`${file} is not a conformance pack (apiVersion, pack, cases)`);
    }
    for (const row of pack.cases) {
      const other = seen.get(row.id);
      if (other !== undefined) throw new Error(`${file}: the id ${row.id} is used in ${other} already`);
      seen.set(row.id, file);
    }
    return pack as Pack;
  });
}
