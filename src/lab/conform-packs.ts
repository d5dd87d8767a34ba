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
    const pack = read(join(folder, file), file);
    if (pack?.apiVersion !== 'aegis.dev/conformance/v1' || typeof pack.pack !== 'string' || !Array.isArray(pack.cases)) {
      throw new Error(`${file} is not a conformance pack (apiVersion, pack, cases)`);
    }
    for (const row of pack.cases as readonly (Partial<Pack['cases'][number]> | null)[]) {
      if (typeof row?.id !== 'string' || typeof row.action !== 'object' || typeof row.expect !== 'object')
        throw new Error(`${file}: a case needs an id, an action and what is expected`);
      const other = seen.get(row.id);
      if (other !== undefined) throw new Error(`${file}: the id ${row.id} is used in ${other} already`);
      seen.set(row.id, file);
    }
    return pack as Pack;
  });
}

function read(path: string, file: string): Partial<Pack> | null {
  try {
    return parse(readFileSync(path, 'utf8')) as Partial<Pack> | null;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`, { cause: error });
  }
}
