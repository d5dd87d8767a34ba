import { createInspect } from '../src/inspect/create-inspect.ts';
import type { Inspect, Inspectable } from '../src/inspect/inspect.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { Figure } from './figure.ts';

const call = (name: string, args: JsonObject): Inspectable => ({ kind: 'tool', name, args });

/** Ordinary calls of about 300 bytes. */
const TYPICAL: readonly Inspectable[] = [
  call('search_flights', {
    from: 'Hamburg',
    to: 'Lisbon',
    date: '2026-12-03',
    passengers: 2,
    cabin: 'economy',
    preferences: {
      stops: 'at most one',
      airline: 'any',
      notes: 'Window seats if there are any left, and we carry one pram and two cabin bags between us',
    },
    currency: 'EUR',
  }),
  call('Bash', {
    command: 'cd /srv/app && git fetch --all && git checkout release/2.4 && npm run build -- --mode production 2>&1 | tee build.log | tail -n 40',
    description: 'Build the release branch and show the end of the log so that I can see warnings',
    timeout: 120000,
  }),
  call('create_ticket', {
    title: 'Export hangs on large projects',
    priority: 'high',
    assignee: 'lena',
    labels: ['bug', 'export', 'performance'],
    body: 'Steps: open a project with more than 2,000 items, press Export and choose PDF. The spinner never stops and the log shows a timeout after thirty seconds.',
  }),
];

const megabyte = (unit: string): string => unit.repeat(Math.ceil(1_048_576 / unit.length)).slice(0, 1_048_576);

/** Texts that make careless readers slow. */
const HOSTILE: Readonly<Record<string, string>> = {
  percent: '%25',
  base64: 'aGVsbG8gd29ybGQg',
  keys: 'key=',
  at: 'a@',
  digits: '1234 ',
  brackets: '[',
  quotes: '\'"',
  backslash: '\\u0041',
  substitution: '$(',
  jwt: 'eyJaaaaaaaaaaaa.',
  urls: 'http://a:b@',
  override: 'ignore all previous ',
  separators: '; a | b & ',
  sql: "' or 1=1--",
  dots: '../',
  entities: '&#x41;',
  zeroWidth: 'a\u200b',
  curl: 'curl -u ',
  equals: '='.repeat(7),
  letters: 'a',
};

/** Milliseconds of CPU this process took for it: what else the machine does moves them little. */
function time(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

function typical(inspect: Inspect): Figure {
  for (let i = 0; i < 3_000; i++) inspect(TYPICAL[i % TYPICAL.length]!);
  // Asking the clock takes as long as a call, so one sample is ten rounds of all of them.
  const round = (): void => {
    for (let i = 0; i < 10 * TYPICAL.length; i++) inspect(TYPICAL[i % TYPICAL.length]!);
  };
  const samples = Array.from({ length: 200 }, () => (time(round) * 1_000) / (10 * TYPICAL.length));
  const median = quantile(samples, 0.5);
  return {
    name: 'inspect: typical 300-byte call',
    unit: 'µs',
    n: samples.length,
    median,
    p99: quantile(samples, 0.99),
    goal: 'p50 ≤ 60',
    holds: median <= 60,
  };
}

/** Digits that differ from call to call, the same in every run. */
function digits(seed: number): (count: number) => string {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor(state / 65_536) % 10;
  };
  return (count) => Array.from({ length: count }, next).join('');
}

/** What long arguments are made of. */
const KINDS: Readonly<Record<string, (d: (count: number) => string) => string>> = {
  prose: () => 'The committee met on Tuesday and agreed to publish the report once the figures of the second quarter are complete. ',
  'prose with accents': () =>
    'Der Ausschuss tagte am Dienstag – „wie üblich“ – und veröffentlicht den Bericht, sobald die Zahlen des Quartals vorliegen… ',
  JSON: (d) => `{"id":${d(5)},"name":"customer-${d(4)}","email":"user${d(4)}@example.com","amount":${d(3)}.${d(2)},"active":true,"tags":["a","b"]},`,
  log: (d) =>
    `2026-05-0${d(1)} 10:${d(2)}:${d(2)},${d(3)} INFO [worker-${d(1)}] c.e.Orders - request ${d(8)} user=${d(6)} status=200 took ${d(2)}ms\n`,
  code: (d) =>
    `export function total${d(2)}(items: readonly Item[]): number {\n  return items.reduce((sum, { price }) => sum + price * ${d(2)}, 0);\n}\n`,
  base64: (d) => Buffer.from(d(60)).toString('base64').replaceAll('=', ''),
  'telephone numbers': (d) => `+1 ${d(3)}-${d(3)}-${d(4)} / ${d(3)}-${d(3)}-${d(4)}; `,
  backticks: () => '`npm test` and `git status`; ',
};

function textOf(kind: string, size: number, seed: number): string {
  const make = KINDS[kind] ?? (() => ' ');
  const next = digits(seed);
  let text = '';
  while (text.length < size) text += make(next);
  return text.slice(0, size);
}

function long(inspect: Inspect): Figure[] {
  return Object.keys(KINDS).flatMap((kind) =>
    [10, 100].map((kilobytes) => {
      const n = kilobytes === 10 ? 120 : 24;
      const subjects = Array.from({ length: n }, (_, seed) => call('summarise_report', { text: textOf(kind, kilobytes * 1_024, seed + 1) }));
      const samples = subjects.map((subject) => time(() => inspect(subject))).slice(n / 3);
      const [median, p99, most] = [quantile(samples, 0.5), quantile(samples, 0.99), kilobytes === 10 ? 0.8 : 6];
      const name = `inspect: ${String(kilobytes)} KB of ${kind}`;
      return { name, unit: 'ms', n: samples.length, median, p99, goal: `p50 ≤ ${String(most)}`, holds: median <= most };
    }),
  );
}

const TOOLS: readonly (readonly [string, string])[] = [
  ['search', 'q'],
  ['Bash', 'command'],
  ['execute_sql', 'query'],
  ['http_post', 'body'],
  ['read_file', 'path'],
  ['http_get', 'url'],
];

function hostile(inspect: Inspect): Figure[] {
  return Object.entries(HOSTILE).map(([name, unit]) => {
    let worst = 0;
    let tool = '';
    for (const [toolName, key] of TOOLS) {
      const subject = call(toolName, { [key]: megabyte(unit) });
      const median = quantile([time(() => inspect(subject)), time(() => inspect(subject)), time(() => inspect(subject))], 0.5);
      if (median > worst) {
        worst = median;
        tool = toolName;
      }
    }
    return { name: `inspect: 1 MB of ${name} (slowest: ${tool})`, unit: 'ms', n: 3, median: worst, p99: worst, goal: '≤ 100', holds: worst <= 100 };
  });
}

function growth(inspect: Inspect): Figure[] {
  return ['key=', '%25', 'ignore all previous '].map((unit) => {
    const at = (size: number): number => {
      const subject = call('search', { q: megabyte(unit).slice(0, size) });
      return quantile(
        Array.from({ length: 5 }, () => time(() => inspect(subject))),
        0.5,
      );
    };
    const ratio = at(1_048_576) / Math.max(at(262_144), 0.01);
    return {
      name: `inspect: growth 256 KB → 1 MB of ${JSON.stringify(unit)}`,
      unit: '×',
      n: 5,
      median: ratio,
      p99: ratio,
      goal: '≤ 6 (linear is 4)',
      holds: ratio <= 6,
    };
  });
}

export async function run(): Promise<Figure[]> {
  const inspect = await createInspect();
  return [typical(inspect), ...long(inspect), ...hostile(inspect), ...growth(inspect)];
}

if (import.meta.main)
  for (const figure of await run())
    process.stdout.write(`${figure.holds ? 'ok ' : 'NO '} ${figure.name}: ${figure.median.toFixed(2)} ${figure.unit} (goal ${figure.goal})\n`);
