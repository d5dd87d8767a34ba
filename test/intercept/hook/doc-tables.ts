import type { Harness } from '../../../src/intercept/hook/harness/harness.ts';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** The tables of docs/how-to/govern-a-coding-agent.md, by the name of their marks. */
const TABLES: Readonly<Record<string, (harnesses: readonly Harness[]) => string>> = {
  harnesses: (harnesses) =>
    table(
      ['harness', 'name in commands', 'tried'],
      harnesses.map(({ title, name, docs }) => [title, `\`${name}\``, docs.tried ?? '']),
    ),
  asks: (harnesses) =>
    table(
      ['harness', 'a call that must be asked', 'waits'],
      harnesses.map(({ title, docs, settings }) => [title, docs.asks, `${String(settings.waitSeconds)} s`]),
    ),
  holds: (harnesses) =>
    table(
      [
        'harness',
        'documented for',
        'asks through',
        'Aegis is away',
        'the hook crashes, is missing or killed',
        'its host gives up waiting',
        'not seen',
      ],
      harnesses.flatMap(({ title, docs }) =>
        docs.holds.map((row) => [title + (row.variant ?? ''), row.documented, row.handler, row.away, row.crashed, row.timedOut, row.unseen]),
      ),
    ),
};

/** The page with each table between its marks. */
export function withTables(page: string, harnesses: readonly Harness[]): string {
  return Object.entries(TABLES).reduce((text, [name, tableOf]) => {
    const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`];
    const [before = '', rest = ''] = text.split(open);
    const [, after = ''] = rest.split(close);
    return `${before}${open}\n${tableOf(harnesses)}\n\n${close}${after}`;
  }, page);
}
