import type { Arg } from './call.ts';
import { UNKNOWN } from './call.ts';

/** The folder a line stands in as it goes. */
export interface Standing {
  /** Empty: the folder the command was given in. */
  at: string;
  before: string;
  readonly stack: string[];
}

export const atStart = (at = ''): Standing => ({ at, before: '', stack: [] });

/** A shell of its own changes its own folder only. */
export const copied = ({ at, before, stack }: Standing): Standing => ({ at, before, stack: [...stack] });

const ROOTED = /^(?:[/~\\]|[A-Za-z]:[\\/])/;

/** A path as seen from a folder; what is rooted, or begins with an unknown part, is seen the same from everywhere. */
export function seenFrom(at: string, text: string): string {
  if (at === '' || text === '' || ROOTED.test(text) || text.startsWith(UNKNOWN)) return text;
  return at.endsWith('/') ? at + text : `${at}/${text}`;
}

/** `cd`, `pushd` and `popd`; every other program leaves the shell where it is. */
export function move(bin: string, args: readonly Arg[], standing: Standing): void {
  if (bin === 'popd') {
    go(standing, standing.stack.pop() ?? UNKNOWN);
    return;
  }
  if (bin !== 'cd' && bin !== 'pushd' && bin !== 'chdir') return;
  if (bin === 'pushd') standing.stack.push(standing.at);
  const to = args.find(({ text }) => text === '-' || !text.startsWith('-'));
  if (to === undefined) go(standing, bin === 'pushd' ? UNKNOWN : '~');
  else if (to.text === '-') go(standing, standing.before);
  else go(standing, to.text.startsWith(UNKNOWN) || to.glob ? UNKNOWN : seenFrom(standing.at === UNKNOWN ? '' : standing.at, to.text));
}

function go(standing: Standing, to: string): void {
  standing.before = standing.at;
  standing.at = to.length > 4096 || to === '.' ? (to === '.' ? standing.at : UNKNOWN) : to;
}

/** Of two folders a line may stand in, the one where a deletion is worse: only a temporary or a near one is kind. */
export function worse(one: string, other: string): string {
  return rank(other) >= rank(one) ? other : one;
}

const rank = (at: string): number => (/^\/(?:tmp|var\/tmp|private\/tmp)(?:\/|$)/.test(at) ? 0 : ROOTED.test(at) ? 2 : 1);
