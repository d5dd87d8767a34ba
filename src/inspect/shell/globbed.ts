import type { Seen } from './call.ts';
import { literal } from './call.ts';

/** Functions that delete, also where only their name is handed over: `array_map("unlink", …)`, `each(&File.method(:delete))`. */
const DELETES = /\b(?:unlink|rmdir|rmtree|remove_tree|rm_rf?|rm_r|delete|os\.remove|FileUtils\.rm\w*|File\.delete|Dir\.rmdir)\b/;
/** Functions that list what lies in a place, with the place. */
const LISTS =
  /\b(?:glob|Dir\.glob|Dir\.children|Dir\.each_child|Dir\.entries|scandir|opendir|find|lfs\.dir|bsd_glob|RecursiveDirectoryIterator|DirectoryIterator|list\.files|Find\.find)\s{0,2}\(?\s{0,2}(["'])([^"'\n]{1,300})\1|\bDir\[\s{0,2}["']([^"'\n]{1,300})["']|<([~/][^<>\n]{0,200}\*)>/g;
const MOST = 16;

/** What is listed and then deleted, in code whose language is read by the names of its calls: as deleting what the pattern stands for. Linear. */
export function listedAndDeleted(text: string): Seen[] {
  if (!DELETES.test(text)) return [];
  const seen: Seen[] = [];
  for (const match of text.matchAll(LISTS)) {
    const place = match[2] ?? match[3] ?? match[4] ?? '';
    if (seen.length >= MOST) return seen;
    if (place !== '') seen.push({ see: 'argv', argv: [literal('rm'), literal('-rf'), { text: place, glob: /[*?]/.test(place) }] });
  }
  return seen;
}
