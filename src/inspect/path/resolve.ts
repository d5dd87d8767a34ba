export interface Resolved {
  /** `/`-separated, `.` and `..` folded, `~` kept; climbs that lead above the start stay in front of a relative path. */
  readonly path: string;
  /** How many `..` it holds. */
  readonly climbs: number;
  /** How many of them lead above the start (relative) or above the root (absolute). */
  readonly above: number;
  /** Climbs written so that a filter misses them: `....//`, `..;/`, `..\`, `..//`, `.. /`. */
  readonly odd: number;
  readonly absolute: boolean;
  readonly windows: boolean;
}

/** Folds a path lexically, as if no symbolic link stood in it. Linear. */
export function resolvePath(text: string): Resolved {
  const windows = /^[A-Za-z]:([\\/]|$)/.test(text) || text.startsWith('\\\\');
  const start = text.startsWith('file:') ? text.replace(/^file:(\/\/(localhost)?)?/, '') : text;
  const absolute = windows || /^[\\/]/.test(start);
  const out: string[] = [];
  let climbs = 0;
  let above = 0;
  let odd = 0;
  let before: Kind = 'name';
  for (const { name, separator } of segments(start)) {
    const kind = kindOf(name, separator === '');
    // `.` between climbs, and both separators side by side, are written for filters, not for file systems.
    if ((kind === 'here' && before === 'climb') || /\\\/|\/\\/.test(separator)) odd += 1;
    if (name.length > 4 && kind === 'odd') odd += 1;
    before = kind;
    if (kind === 'name') out.push(name.replace(/[ .]+$/, '') || name);
    if (kind !== 'climb' && kind !== 'odd') continue;
    climbs += 1;
    if (kind === 'odd' || separator.length > 1 || (separator === '\\' && !windows)) odd += 1;
    const last = out.at(-1);
    if (last !== undefined && last !== '..' && last !== '~') out.pop();
    else {
      above += 1;
      if (!absolute) out.push('..');
    }
  }
  const body = unroot(out, absolute && !windows).join('/');
  return { path: rooted(body, absolute && !windows), climbs, above, odd, absolute, windows };
}

const rooted = (body: string, absolute: boolean): string => (absolute ? `/${body}` : body === '' ? '.' : body);

interface Segment {
  readonly name: string;
  readonly separator: string;
}

function* segments(text: string): Generator<Segment> {
  let i = 0;
  while (i < text.length) {
    let end = i;
    while (end < text.length && !isSeparator(text.charAt(end))) end += 1;
    let next = end;
    while (next < text.length && isSeparator(text.charAt(next))) next += 1;
    if (end > i) yield { name: text.slice(i, end), separator: text.slice(end, next) };
    i = next;
  }
}

const isSeparator = (char: string): boolean => char === '/' || char === '\\';

type Kind = 'name' | 'here' | 'climb' | 'odd';

function kindOf(name: string, last: boolean): Kind {
  if (name === '.') return 'here';
  if (name === '..') return 'climb';
  const semicolon = name.indexOf(';');
  const head = semicolon < 0 ? name : name.slice(0, semicolon);
  if (head === '..' && semicolon >= 0) return 'odd';
  const bare = name.trimEnd();
  if (bare.length !== name.length && bare === '..') return 'odd';
  if (/^[.?]{2}$/.test(name)) return 'odd';
  if (!last && /^\.{3,}$/.test(name)) return 'odd';
  return 'name';
}

/** `/proc/self/root/etc/shadow` is `/etc/shadow` by another door. */
function unroot(names: readonly string[], absolute: boolean): readonly string[] {
  if (!absolute) return names;
  let rest = names;
  while (rest[0] === 'proc' && rest[2] === 'root') rest = rest.slice(3);
  while (rest[0] === 'proc' && rest[2] === 'task' && rest[4] === 'root') rest = rest.slice(5);
  return rest;
}
