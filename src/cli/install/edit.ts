import { applyEdits, findNodeAtLocation, modify } from 'jsonc-parser';
import { isObject } from '../../kernel/json.ts';
import type { Json } from '../../kernel/json.ts';
import { BOM, readSettings, valueAt, withoutBom } from './settings-text.ts';

/** One thing put into a settings file, described so that exactly it can be taken out again. */
export type Edit =
  /** One more element at the end of an array, which is made where it is missing. */
  | { readonly kind: 'append'; readonly at: readonly string[]; readonly value: Json }
  /** A member set; `before` is what it was, absent when it was not there. */
  | { readonly kind: 'set'; readonly at: readonly string[]; readonly value: Json; readonly before?: Json };

/** The text with every edit made; comments, order, indentation, line ends and byte-order mark stay as they are. The text must be readable. */
export function edited(text: string, edits: readonly Edit[]): string {
  const { bom, body, layout } = prepared(text);
  const none = body.trim() === '';
  let next = none ? '{}' : body;
  for (const edit of edits) {
    if (edit.kind === 'set' && valueAt(next, edit.at) !== undefined) next = applyEdits(next, modify(next, [...edit.at], edit.value, {}));
    else next = inserted(next, edit, layout);
  }
  return bom + next + (none ? layout.eol : '');
}

interface Layout {
  readonly unit: string;
  readonly eol: string;
  /** What stands on one line is left on one line: laying it out would touch what is not ours. */
  readonly lines: boolean;
}

/** One more member or element behind the last one of the nearest container that is there, and nothing else moved. */
function inserted(text: string, { kind, at, value }: Edit, { unit, eol, lines }: Layout): string {
  const read = readSettings(text);
  if ('fault' in read) return text;
  const depth = at.findLastIndex((_, index) => findNodeAtLocation(read.root, at.slice(0, index + 1)) !== undefined) + 1;
  const parent = depth === 0 ? read.root : findNodeAtLocation(read.root, at.slice(0, depth));
  if (parent === undefined) return text;
  const rest = at.slice(depth);
  const leaf: Json = kind === 'append' && rest.length > 0 ? [value] : value;
  const whole = rest.slice(1).reduceRight<Json>((held, key) => ({ [key]: held }), leaf);
  const key = rest[0] === undefined ? '' : `${JSON.stringify(rest[0])}: `;
  const gap = (level: number): string => (lines ? eol + unit.repeat(level) : ' ');
  const said = lines ? JSON.stringify(whole, null, unit).replaceAll('\n', gap(depth + 1)) : JSON.stringify(whole);
  const last = parent.children?.at(-1);
  const from = last === undefined ? parent.offset + 1 : last.offset + last.length;
  const hollow = last === undefined && !text.slice(from, parent.offset + parent.length - 1).includes('\n');
  return text.slice(0, from) + (last === undefined ? '' : ',') + gap(depth + 1) + key + said + (hollow ? gap(depth) : '') + text.slice(from);
}

/** What stands in the way of an edit: something that should be an object or an array and is not. Null when nothing does. */
export function obstacle(text: string, edits: readonly Edit[]): string | null {
  for (const { at, kind } of edits) {
    for (let depth = 1; depth <= at.length; depth++) {
      const held = valueAt(text, at.slice(0, depth));
      if (held === undefined) break;
      const last = depth === at.length;
      if (last && kind === 'set') break;
      const fits = last ? Array.isArray(held) : isObject(held);
      if (!fits) return `${at.slice(0, depth).join('.')} is no ${last ? 'list' : 'object'}`;
    }
  }
  return null;
}

function prepared(text: string): { readonly bom: string; readonly body: string; readonly layout: Layout } {
  const body = withoutBom(text);
  const unit = /\n([ \t]{1,16})\S/.exec(body.slice(0, 65_536))?.[1] ?? '  ';
  const trimmed = body.trim();
  const lines = trimmed.includes('\n') || trimmed === '' || trimmed === '{}';
  return { bom: text.startsWith(BOM) ? BOM : '', body, layout: { unit, eol: body.includes('\r\n') ? '\r\n' : '\n', lines } };
}
