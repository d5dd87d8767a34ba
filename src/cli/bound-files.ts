import type { NamedFile, Unbound } from '../kernel/named-file.ts';
import { tone, visible } from './print.ts';

const WHY: Readonly<Record<Exclude<Unbound, 'absent'>, string>> = {
  'no-folder': 'its folder is not known',
  computed: 'its name is only known when the command runs',
  folder: 'a folder',
  special: 'not a plain file',
  unreadable: 'Aegis cannot read it',
  'too-large': 'larger than 16 MB',
  'too-many': 'more than 64 files',
  'too-slow': 'it could not be read in time',
};

const DIGITS = 12;

/** Files an approval holds for, as a person reads them: what is bound, what is not and why. */
export function fileLines(files: readonly NamedFile[]): readonly string[] {
  const there = files.filter(({ unbound }) => unbound !== 'absent');
  const absent = files.filter(({ unbound }) => unbound === 'absent').map(({ name }) => visible(name));
  const missing = absent.length === 0 ? [] : [tone('dim', `not there when it was asked: ${absent.join(', ')}`)];
  return [...there.map(fileLine), ...missing];
}

function fileLine({ name, path, leadsTo, sha256, bytes = 0, unbound, change }: NamedFile): string {
  const place = visible(path ?? name);
  const link = leadsTo === undefined ? '' : ` -> ${visible(leadsTo)}`;
  const changed = change === undefined ? '' : `${tone('bold', 'changed since it was last asked')} · `;
  if (unbound !== undefined && unbound !== 'absent') return `${changed}not bound: ${place}${link} (${WHY[unbound]})`;
  return `${changed}${place}${link} · ${String(bytes)} bytes · sha256 ${(sha256 ?? '').slice(0, DIGITS)}…`;
}
