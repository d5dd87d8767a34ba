import { resolvePath } from '../path/resolve.ts';
import { UNKNOWN } from './call.ts';
import type { Call, Stream } from './call.ts';
import type { Reading } from './reading.ts';
import { seenFrom } from './standing.ts';

const MOST_FILES = 512;
/** Files one file is made of that are followed. */
const MOST_SOURCES = 8;
const LONGEST = 4096;

/** Remembers whose content a file holds, so that what an earlier action is known to have put there is known of it (INSPECT-193). */
export function takesFrom(path: string, from: readonly string[], reading: Reading): void {
  if (from.length === 0 || reading.sources.size >= MOST_FILES) return;
  const place = placeOf(path, reading);
  if (place === undefined) return;
  const places = from.flatMap((one) => placeOf(one, reading) ?? []);
  // What this text moved before is followed to where it came from.
  const all = new Set([...(reading.sources.get(place) ?? []), ...places.flatMap((one) => [one, ...(reading.sources.get(one) ?? [])])]);
  if (all.size > 0) reading.sources.set(place, [...all].slice(0, MOST_SOURCES));
}

function placeOf(path: string, { standing: { at } }: Reading): string | undefined {
  if (path === '' || path === '-' || path.length > LONGEST || path.includes(UNKNOWN) || /^\/dev\/|^\w+:\/\//.test(path)) return undefined;
  return resolvePath(seenFrom(at.includes(UNKNOWN) ? '' : at, path)).path;
}

/** Programs that change a file and keep the rest of it, or only its rights and its time. */
const CHANGES = new Set(
  'sed gsed perl ruby awk gawk touch chmod chown chgrp patch git apply_patch applypatch ed ex vim nvim dos2unix unix2dos strip chattr setfattr'.split(
    ' ',
  ),
);

/** Whether a file this call writes holds, among what is new, what it held. */
const changesInPlace = ({ bin, args }: Call): boolean =>
  CHANGES.has(bin) || ((bin === 'tee' || bin === 'sponge') && args.some(({ text }) => text === '-a' || text === '--append'));

/** Programs that write what they are given on standard input. */
const POURS = /^(?:tee|sponge|tar|bsdtar|cpio|dd)$/;

/** The files whose content a file holds that this call writes. */
export function heldBy(path: string, call: Call): readonly string[] {
  return [...(changesInPlace(call) ? [path] : []), ...(POURS.test(call.bin) ? carriedInto(call.stdin) : [])];
}

/** The files whose content comes on standard input. */
export const carriedInto = ({ carries = [], from }: Stream): readonly string[] => (from === undefined ? carries : [...carries, from]);

/** Programs that print what files hold, whole, in parts, decoded or changed. */
const PRINTS = new Set(
  `cat head tail tac nl sort uniq sed gsed awk gawk tr cut rev grep egrep fgrep base64 base32 xxd openssl gunzip zcat bunzip2 bzcat unxz xzcat gzip bzip2 xz
  zstd zstdcat lz4 gpg dos2unix iconv envsubst pv tee dd jq perl strings`.split(/\s+/),
);
const MANY = /^(?:cat|sort|zcat|bzcat|xzcat|zstdcat)$/;

/** The files whose content a call prints, as its words name them. */
export function carriedBy({ bin, args, stdin }: Call): readonly string[] {
  if (!PRINTS.has(bin)) return [];
  const own = args.slice(0, 64).flatMap(({ text }) => {
    const name = bin === 'dd' ? text.replace(/^if=/, '') : text;
    return name === '' || name.length > LONGEST || /^-|[\s{}()$;|]|^(?:of|bs|count|skip|seek)=/.test(name) ? [] : [name];
  });
  return [...(MANY.test(bin) ? own : own.slice(-1)), ...carriedInto(stdin)].slice(0, MOST_SOURCES);
}
