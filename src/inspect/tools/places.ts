import type { JsonObject } from '../../kernel/json.ts';
import { wordsOf } from '../classify/words.ts';
import { quoteWord } from '../quote-word.ts';
import type { Leaf } from '../walk.ts';
import type { Said } from './said.ts';

/** A command that does to a place what the tool does to it, so that both are judged by one reader. */
export interface Likeness {
  readonly command: string;
  readonly pointer: string;
}

const FILES = /^(?:files?|filesystem|fs|folders?|director(?:y|ies)|dirs?|paths?|trees?|workspace|rm|rmdir|unlink|shred)$/;
const FOLDERS = /^(?:folders?|director(?:y|ies)|dirs?|trees?)$/;
const PLACE =
  /^(?:paths?|files?|filename|filepath|dirs?|director(?:y|ies)|folders?|foldername|dirname|targets?|sources?|src|locations?|patterns?|globs?|names?|items|root|value)$/;
const PLACED = /^(?:\/|~|[A-Za-z]:[\\/]?|\\\\|\.{0,2}[\\/]|\*)/;

/** The places a tool deletes, moves away or writes to, as commands of a shell (INSPECT-130). */
export function likenesses(said: Said, args: JsonObject, leaves: readonly Leaf[]): Likeness[] {
  const files = [...said.words].some((word) => FILES.test(word));
  const found: Likeness[] = [];
  const deletes = said.act === 'delete' || said.act === 'destroy';
  const whole = said.objects.some((word) => FOLDERS.test(word)) || recursive(args);
  for (const leaf of leaves) {
    if (typeof leaf.value !== 'string' || leaf.isKey || leaf.value.length > 4_096 || found.length >= 32 || leaf.value.includes('\n')) continue;
    const key = wordsOf(leaf.key).at(-1) ?? '';
    if (!PLACE.test(key)) continue;
    const path = unixed(leaf.value);
    if (deletes && said.verb !== 'overwrite' && (files || (PLACED.test(leaf.value) && said.objects.length === 0))) {
      const whole_ = whole || /[/*]$|^[~.]?$|^\/[^/]+(?:\/[^/.]+)?$/.test(path);
      const command = said.verb === 'rmdir' && !recursive(args) ? 'rmdir' : whole_ ? 'rm -rf' : 'rm -f';
      found.push({ command: `${command} -- ${word(path)}`, pointer: leaf.pointer });
    }
  }
  const away = leaves.find((leaf) => typeof leaf.value === 'string' && leaf.value === '/dev/null');
  const moved = leaves.find((leaf) => typeof leaf.value === 'string' && leaf !== away && !leaf.isKey && PLACED.test(leaf.value));
  if (said.verb === 'move' && away !== undefined && moved !== undefined)
    found.push({ command: `mv -- ${word(unixed(String(moved.value)))} /dev/null`, pointer: moved.pointer });
  return found;
}

const DEVICE = /^\/dev\/(?!null$|zero$|stdout$|stderr$|tty|fd\/|shm\/|pts\/)/;
const READS = /^(?:get|read|list|show|describe|check|inspect|stat|info|smart|mount|view|query|find|search)$/;
const WRITTEN = /^(?:path|file|filename|filepath|of|output|out|dst|dest|destination|target|to|device|disk|drive)$/;

/** Anything written to a device itself takes what is on it. */
export function deviceWrites(words: readonly string[], leaves: readonly Leaf[]): Likeness[] {
  if (words.some((one) => READS.test(one))) return [];
  return leaves
    .filter(
      ({ value, isKey, key }) =>
        typeof value === 'string' && !isKey && value.length < 200 && DEVICE.test(value) && WRITTEN.test(wordsOf(key).at(-1) ?? ''),
    )
    .slice(0, 8)
    .map(({ value, pointer }) => ({ command: `cat > ${quoteWord(String(value))}`, pointer }));
}

/** `set_permissions {path, mode}`. */
export function modeLine(words: readonly string[], args: JsonObject): Likeness[] {
  const { path, file, mode, permissions } = args;
  const place = path ?? file;
  const bits = mode ?? permissions;
  if (typeof place !== 'string' || !words.some((one) => /^(?:chmod|permissions?|mode)$/.test(one))) return [];
  if ((typeof bits !== 'string' && typeof bits !== 'number') || !/^(?:0?o?[0-7]{3,4}|[ugoa]*[-+=][rwxXst]+)$/.test(String(bits))) return [];
  return [{ command: `chmod ${recursive(args) ? '-R ' : ''}${String(bits).replace('o', '')} ${word(unixed(place))}`, pointer: '/~name' }];
}

/** `scale_deployment {replicas: 0}`, `drain_node`, `reset_hard`. */
export function clusterLines(words: readonly string[], args: JsonObject): Likeness[] {
  const named = Object.values(args).find((value): value is string => typeof value === 'string' && /^[\w.~^/-]{1,100}$/.test(value)) ?? 'x';
  const line = (command: string): Likeness[] => [{ command, pointer: '/~name' }];
  if (words.includes('scale') && args['replicas'] === 0) return line(`kubectl scale deployment ${quoteWord(named)} --replicas=0`);
  if (words.includes('drain') && words.some((one) => one === 'node' || one === 'nodes')) return line(`kubectl drain ${quoteWord(named)}`);
  return words.includes('reset') && (words.includes('hard') || args['hard'] === true) ? line(`git reset --hard ${quoteWord(named)}`) : [];
}

const recursive = (args: JsonObject): boolean =>
  Object.entries(args).some(([key, value]) => value === true && /^(?:recursive|recursively|force_?recursive|delete_?contents|rmtree|r)$/i.test(key));

/** A quoted word, but for its wildcards, which the tool expands as well. */
function word(path: string): string {
  const home = /^~[\w-]{0,32}(?=\/|$)/.exec(path)?.[0] ?? '';
  const parts = path.slice(home.length).split(/([*?]+)/);
  return home + parts.map((part, i) => (part === '' || i % 2 === 1 ? part : quoteWord(part))).join('');
}

/** A Windows path as the same place of a Unix system, for judging how much lies there. */
function unixed(path: string): string {
  const drive = /^([A-Za-z]):[\\/]*(.*)$/.exec(path.trim());
  if (drive === null) return path.trim().replaceAll('\\', '/');
  const rest = (drive[2] ?? '').replaceAll('\\', '/').replace(/\/{2,}/g, '/');
  if (rest === '') return '/';
  return /^(?:windows|program files|programdata)(?:\/|$)/i.test(rest) ? '/usr' : `/${rest.replace(/^users(?=\/|$)/i, 'Users')}`;
}
