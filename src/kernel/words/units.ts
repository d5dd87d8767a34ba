import type { Excess } from './sentences.ts';

/** `$6.00`, `$0.0042`: cents, or as many places as the amount has. */
export function dollars(micros: number): string {
  const text = (micros / 1_000_000).toFixed(6).replace(/0{1,4}$/, '');
  return `$${text}`;
}

/** `800 ms`, `59 s`, `3 min`, `5 h`: rounded up, so that waiting that long is enough. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${String(ms)} ms`;
  if (ms < 120_000) return `${String(Math.ceil(ms / 1_000))} s`;
  if (ms < 7_200_000) return `${String(Math.ceil(ms / 60_000))} min`;
  return `${String(Math.ceil(ms / 3_600_000))} h`;
}

/** `1 call`, `12,000 tokens`. */
export function count(number: number, one: string): string {
  return `${grouped(number)} ${one}${number === 1 ? '' : 's'}`;
}

/** Groups of three with commas: no look-behind, no locale. */
function grouped(number: number): string {
  let rest = String(number);
  let text = '';
  while (rest.length > 3) {
    text = `,${rest.slice(-3)}${text}`;
    rest = rest.slice(0, -3);
  }
  return rest + text;
}

const NOUNS = { tokens: 'token', toolCalls: 'tool call', modelCalls: 'model call', steps: 'step' } as const;

/** An amount of a budget's field in the unit people use. */
export function amount(field: Excess['field'], value: number): string {
  if (field === 'usdMicros') return dollars(value);
  return field === 'wallMs' ? duration(value) : count(value, NOUNS[field]);
}
