/**
 * `npm run bench [-- --json] [--only decide,log]`: every figure, measured in one run on this machine. Machines are noisy: compare ratios.
 * Exit code 0 also when a goal is missed; a benchmark reports, it does not judge. Exit code 1 when a part could not be measured.
 */
import type { Figure } from './figure.ts';

const PROGRAMS: Readonly<Record<string, () => Promise<{ readonly run: () => Promise<readonly Figure[]> }>>> = {
  decide: () => import('./decide.ts'),
  inspect: () => import('./inspect.ts'),
  log: () => import('./log.ts'),
  gate: () => import('./gate.ts'),
  http: () => import('./http.ts'),
  felt: () => import('./felt.ts'),
  scale: () => import('./scale.ts'),
  views: () => import('./views.ts'),
  socket: () => import('./socket.ts'),
  sdks: () => import('./sdks.ts'),
  'model-proxy': () => import('./model-proxy.ts'),
  hook: () => import('./hook.ts'),
  mcp: () => import('./mcp.ts'),
  kill: () => import('./contain.ts'),
  'kill-stress': () => import('./kill-stress.ts'),
};

const args = process.argv.slice(2);
const json = args.includes('--json');
const only = args.includes('--only') ? (args[args.indexOf('--only') + 1] ?? '').split(',') : Object.keys(PROGRAMS);
const unknown = only.filter((name) => !Object.hasOwn(PROGRAMS, name));
if (unknown.length > 0 || args.includes('--help')) {
  console.error(`usage: npm run bench -- [--json] [--only ${Object.keys(PROGRAMS).join(',')}]`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const figures: Figure[] = [];
let failed = false;
for (const name of only) {
  if (!json) console.error(`measuring ${name} …`);
  try {
    const program = await PROGRAMS[name]?.();
    if (program !== undefined) figures.push(...(await program.run()));
  } catch (error) {
    console.error(`${name} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    failed = true;
  }
}
console.log(json ? JSON.stringify(figures, null, 2) : table(figures));
process.exit(failed ? 1 : 0);

function table(rows: readonly Figure[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${short(row.median)} ${row.unit}`,
    row.p99 === undefined ? '' : short(row.p99),
    row.ratio === undefined ? '' : `${short(row.ratio)} × ${row.peer ?? ''}`,
    row.goal,
    row.holds ? 'holds' : 'MISSED',
  ]);
  const head = ['figure', 'median', 'p99', 'ratio', 'goal', ''];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  return [head, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
