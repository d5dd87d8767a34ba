import type { Ablation } from './ablation.ts';
import type { Half } from './halves.ts';
import type { Line } from './score.ts';
import type { StreamLine } from './streams.ts';
import { STREAMS } from './streams.ts';
import type { Share } from './wilson.ts';

const HEADINGS = ['file', 'kind', 'label', 'rows', 'stopped or found', '95 % interval', 'denied', 'asked', 'detected', 'develop', 'held', 'apart'];

/** A table of the lines: aligned columns for a terminal. */
export function table(lines: readonly Line[], half?: Half): string {
  const rows = [HEADINGS, ...lines.filter((line) => line.hit.of > 0).map((line) => cells(line, half))];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')).join('\n');
}

/** The same as a table of a Markdown page. */
export function markdown(lines: readonly Line[]): string {
  const rows = lines.filter((line) => line.hit.of > 0).map((line) => cells(line));
  return [HEADINGS, HEADINGS.map((_, i) => (i < 3 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells(line: Line, half?: Half): string[] {
  const { denied, asked, detected, hit } = half === undefined ? line : line.halves[half];
  const { develop, held } = line.halves;
  return [
    line.file,
    line.kind,
    line.label,
    String(hit.of),
    `${percent(hit)} ${line.measure === 'effect' ? 'stopped' : 'found'}`,
    `${bound(hit.low)}–${bound(hit.high)}`,
    percent(denied),
    percent(asked),
    percent(detected),
    percent(develop.hit),
    percent(held.hit),
    develop.hit.of === 0 || held.hit.of === 0 ? '–' : ((held.hit.share - develop.hit.share) * 100).toFixed(1),
  ];
}

function percent({ share, of }: Share): string {
  return of === 0 ? '–' : `${bound(share)} %`;
}

function bound(share: number): string {
  return (share * 100).toFixed(2);
}

export function ablationText({ file, label, whole, without }: Ablation): string {
  return `${file}, ${label}: ${percent(whole)} found with the tables of vendors, ${percent(without)} without them (${String(whole.of)} rows).`;
}

/** How many rows were left out of the figures, and why. */
export function unscored(lines: readonly Line[]): string[] {
  return lines.flatMap((line) =>
    Object.entries(line.unscored).map(([why, rows]) => `${line.file}, ${line.kind} ${line.label}: ${String(rows)} rows are not scored (${why}).`),
  );
}

export function streamText({ dialect, streams, read, refused, calls, withCalls, failed }: StreamLine): string {
  const refusals = `${String(refused.length)} refused as nothing this dialect knows`;
  return (
    `${STREAMS} ${dialect}: ${String(read)}/${String(streams)} read, ${refusals}; ` +
    `${String(calls)} calls in ${String(withCalls)} streams, ${String(read - failed.length)}/${String(read)} kept every promise`
  );
}
