import { wordsOf } from '../classify/words.ts';
import type { ToolClass } from '../classify/classify.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';

/** A file a tool writes, with what it puts there. */
export interface Written {
  readonly path: string;
  readonly content: string;
  readonly pointer: string;
}

const PATHS = new Set('path file filepath filename targetfile absolutepath notebookpath relativepath destination'.split(' '));
const CONTENTS = new Set(
  'content contents newstring newstr filetext text newsource newtext codeedit code replacement newcontent body data replace insertline inserttext filecontent'.split(
    ' ',
  ),
);
const WRITES = new Set('write create edit save insert update replace append put str editor file patch apply multi'.split(' '));

/** What the arguments of one call say is written to the file they name. Looks two levels deep: edits come in lists. */
export function writtenIn({ words }: ToolClass, args: JsonObject): readonly Written[] {
  if (!words.some((word) => WRITES.has(word))) return [];
  const path = Object.entries(args).find(([key, value]) => PATHS.has(plain(key)) && typeof value === 'string')?.[1];
  if (typeof path !== 'string') return [];
  const out: Written[] = [];
  const visit = (value: Json, pointer: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 3) return;
    for (const [key, inner] of Object.entries(value)) {
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (typeof inner === 'string' && CONTENTS.has(plain(key))) out.push({ path, content: inner, pointer: at });
      else visit(inner as Json, at, depth + 1);
    }
  };
  visit(args, '', 0);
  return out.slice(0, 64);
}

const plain = (key: string): string => wordsOf(key).join('');
