import type { Path, Report } from './fault.ts';

/** Dollars to micro-dollars, whole. The check refused what is finer. */
export function micros(usd: number): number {
  return Math.round(usd * 1e6);
}

export function checkUsd(usd: number | undefined, path: Path, report: Report): void {
  if (usd === undefined || Math.abs(usd * 1e6 - Math.round(usd * 1e6)) < 1e-3) return;
  report({ path, code: 'OUT_OF_RANGE', message: `${String(usd)} dollars is finer than one micro-dollar`, hint: 'Use at most six decimals.' });
}
