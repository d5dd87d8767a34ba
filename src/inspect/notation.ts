import { unentity } from './decode/escapes.ts';

/** One named value of a text that is written in a notation. */
export interface Pair {
  readonly key: string;
  readonly value: string;
}

const LONGEST = 262_144;
const MOST = 200;
/** Keys whose values run, are asked of a database, or are fetched, wherever they stand. */
const RUNNING =
  /^(?:command|commands|cmd|cmdline|run|shell|bash|sh|script|exec|execute|args|argv|entrypoint|sql|query|statement|url|uri|href|endpoint)$/i;
const SHELL = /^(?:run|script|exec|execute|sh|args|argv|entrypoint)$/i;

/**
 * The values that could run in a text written as YAML, TOML, INI, a form, XML or a loose object: read as the same values of JSON are (INSPECT-136).
 * Nothing where the text is no such notation. Linear.
 */
export function pairsIn(text: string): Pair[] {
  if (text.length > LONGEST || text.length < 5) return [];
  const pairs = form(text) ?? tagged(text) ?? loose(text) ?? lines(text) ?? [];
  return pairs
    .filter(({ key, value }) => RUNNING.test(key) && value.trim() !== '')
    .map(({ key, value }) => ({ key: SHELL.test(key) ? 'command' : key.toLowerCase(), value }));
}

/** The named values of a URL's query that could run. */
export function pairsInQuery(url: string): Pair[] {
  const at = url.indexOf('?');
  if (at < 0 || url.length > LONGEST) return [];
  const found: Pair[] = [];
  for (const part of (url.slice(at + 1).split('#', 1)[0] ?? '').split('&', MOST)) {
    const cut = part.indexOf('=');
    const value = cut < 0 ? '' : decoded(part.slice(cut + 1));
    const key = part.slice(0, Math.max(cut, 0));
    if (/^\s*[[{]/.test(value)) found.push({ key, value });
    else if (/^(?:command|cmd|exec|execute|shell|sql|script)$/i.test(key))
      found.push({ key: SHELL.test(key) ? 'command' : key.toLowerCase(), value });
  }
  return found;
}

function decoded(text: string): string {
  return text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** `command=rm+-rf+%2F&x=1` */
function form(text: string): Pair[] | undefined {
  const whole = text.trim();
  if (!whole.includes('=') || /[\n"'<>{}]/.test(whole)) return undefined;
  const pairs: Pair[] = [];
  for (const part of whole.split('&', MOST)) {
    const at = part.indexOf('=');
    const key = part.slice(0, Math.max(at, 0));
    if (!/^[\w.[\]%-]{1,80}$/.test(key) || /\s/.test(part)) return undefined;
    pairs.push({ key, value: decoded(part.slice(at + 1)) });
  }
  return pairs;
}

/** `<command>…</command>`, `<parameter name="command">…</parameter>`, `<tool command="…"/>` */
function tagged(text: string): Pair[] | undefined {
  if (!text.trimStart().startsWith('<')) return undefined;
  const pairs: Pair[] = [];
  let end = -1;
  for (let at = text.indexOf('<'); at >= 0 && pairs.length < MOST; at = text.indexOf('<', at + 1)) {
    if (end < at) end = text.indexOf('>', at);
    if (end < 0) break;
    const tag = text.slice(at + 1, Math.min(end, at + 2_000));
    const name = /^[A-Za-z][\w.:-]{0,40}/.exec(tag)?.[0];
    if (name === undefined) continue;
    const next = text.indexOf('<', end);
    const inside = unentity(text.slice(end + 1, next < 0 ? end + 1 : Math.min(next, end + 8_192)));
    const named = /\b(?:name|key|id)\s{0,2}=\s{0,2}["']([\w.-]{1,40})["']/.exec(tag)?.[1];
    if (inside.trim() !== '') pairs.push({ key: named ?? name, value: inside.trim() });
    for (const match of tag.matchAll(/([A-Za-z][\w-]{0,40})="([^"]{1,1000})"/g)) pairs.push({ key: match[1] ?? '', value: unentity(match[2] ?? '') });
    if (next > at) at = next - 1;
  }
  return pairs;
}

/** `{command: 'rm -rf /'}`: what is nearly JSON. */
function loose(text: string): Pair[] | undefined {
  const whole = text.trim();
  if (!whole.startsWith('{') || !whole.endsWith('}')) return undefined;
  const pairs: Pair[] = [];
  for (const match of whole.matchAll(
    /(?<=[{,]\s{0,8})["']?([A-Za-z_]\w{0,40})["']?\s{0,4}[:=]\s{0,4}(?:'([^']{0,4096})'|"([^"]{0,4096})"|([^,}'"[{]{1,400}))/g,
  )) {
    if (pairs.length >= MOST) break;
    pairs.push({ key: match[1] ?? '', value: (match[2] ?? match[3] ?? match[4] ?? '').trim() });
  }
  return pairs;
}

const LINE = /^(\s{0,64})(?:-\s{1,4})?["']?([A-Za-z_][\w.-]{0,60})["']?\s{0,8}[:=](?:\s{1,64}|$)(.*)$/;

/** YAML, TOML and INI: every line that is not indented names something. */
function lines(text: string): Pair[] | undefined {
  const all = text.split(/\r?\n/, 4_000);
  const pairs: Pair[] = [];
  for (let i = 0; i < all.length && pairs.length < MOST; i += 1) {
    const line = all[i] ?? '';
    if (/^\s*(?:#|;|---|\.\.\.|\[[^\]]{0,80}\]\s*$|$)/.test(line)) continue;
    const found = LINE.exec(line.length > 8_192 ? line.slice(0, 8_192) : line);
    if (found === null) {
      // A list of plain items goes on; a line of prose says that this is no notation.
      if (/^\s*-\s/.test(line) || /^\s/.test(line)) continue;
      return undefined;
    }
    const indent = (found[1] ?? '').length;
    const value = (found[3] ?? '').trim();
    const key = (found[2] ?? '').split('.').at(-1) ?? '';
    if (/^[|>][+-]?$/.test(value)) {
      const block: string[] = [];
      while (i + 1 < all.length && (/^\s*$/.test(all[i + 1] ?? '') || indentOf(all[i + 1] ?? '') > indent)) block.push((all[(i += 1)] ?? '').trim());
      pairs.push({ key, value: block.join('\n') });
    } else if (value !== '') pairs.push({ key, value: scalar(value) });
  }
  return pairs;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** A quoted value without its quotes, a list of words as a line of them. */
function scalar(value: string): string {
  const quoted = /^(["'])(.*)\1,?$/.exec(value)?.[2];
  if (quoted !== undefined) return quoted;
  if (value.startsWith('[') && value.endsWith(']'))
    return value
      .slice(1, -1)
      .split(',', MOST)
      .map((word) => word.trim().replace(/^["']|["']$/g, ''))
      .join(' ');
  const inner = /^\{\s{0,4}["']?(?:command|cmd|run|sql)["']?\s{0,4}[:=]\s{0,4}(.*)\}$/.exec(value)?.[1];
  return inner === undefined ? value : scalar(inner.trim());
}
