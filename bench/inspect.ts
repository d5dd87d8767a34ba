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

function time(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

function typical(inspect: Inspect): Figure {
  for (let i = 0; i < 3_000; i++) inspect(TYPICAL[i % TYPICAL.length]!);
  const samples = Array.from({ length: 3_000 }, (_, i) => time(() => inspect(TYPICAL[i % TYPICAL.length]!)) * 1_000);
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

function large(inspect: Inspect): Figure {
  const sentence = 'The committee met on Tuesday and agreed to publish the report once the figures of the second quarter are complete. ';
  const subject = call('summarise_report', { report: { text: sentence.repeat(Math.ceil(102_400 / sentence.length)).slice(0, 102_400) } });
  const samples = Array.from({ length: 25 }, () => time(() => inspect(subject)));
  const median = quantile(samples.slice(5), 0.5);
  return { name: 'inspect: 100 KB', unit: 'ms', n: 20, median, p99: quantile(samples.slice(5), 0.99), goal: 'p50 ≤ 5', holds: median <= 5 };
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
  return [typical(inspect), large(inspect), ...hostile(inspect), ...growth(inspect)];
}

if (import.meta.main)
  for (const figure of await run())
    process.stdout.write(`${figure.holds ? 'ok ' : 'NO '} ${figure.name}: ${figure.median.toFixed(2)} ${figure.unit} (goal ${figure.goal})\n`);
