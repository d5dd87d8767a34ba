import type { Meaning } from '../../intercept/hook/harness/protocol.ts';

export interface Launch {
  readonly node: string;
  readonly launcher: string;
  readonly harness: string;
  readonly event: string;
  readonly settings: string;
}

/** No single quotes in here: the whole is quoted once more for the shell of the harness, whichever that is. */
const STOPS =
  '"$@" || { c=$?; [ "$c" -eq 2 ] || echo "Aegis could not be asked about this action, so it may not run (its hook ended with $c). See: aegis doctor" >&2; exit 2; }';
const STOPS_NOTHING = '"$@" || true';

/**
 * The command a harness runs. A launcher that is missing, unreadable or killed would end with a code most harnesses ignore; the shell around
 * it turns every one of those into 2, which they obey. POSIX shells only.
 */
export function guarded({ node, launcher, harness, event, settings }: Launch, meaning: Meaning): string {
  const script = meaning === 'decide' ? STOPS : STOPS_NOTHING;
  return ['/bin/sh', '-c', quoted(script), 'aegis-hook', ...[node, launcher, harness, event, settings].map(quoted)].join(' ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
