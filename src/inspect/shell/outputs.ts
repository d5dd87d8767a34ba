import type { Stream } from './call.ts';

/** Output of two commands one after the other: static only while both are. */
export function follows(first: Stream, second: Stream): Stream {
  if (first.origin === 'none') return second;
  if (second.origin === 'none') return first;
  const secret = first.secret || second.secret;
  const origin = WORST.find((one) => first.origin === one || second.origin === one) ?? 'computed';
  if (first.text === undefined || second.text === undefined || first.text.length > 65_536) return { origin, secret };
  return { origin, secret, text: `${first.text}\n${second.text}` };
}

/** Output of one command read with two sets of values: known only when both agree. */
export function either(first: Stream, second: Stream): Stream {
  if (first.text === second.text && first.origin === second.origin) return { ...first, secret: first.secret || second.secret };
  const { text: _one, ...rest } = follows(first, second);
  return rest;
}

const WORST = ['remote', 'decoded', 'computed', 'file', 'static'] as const;
