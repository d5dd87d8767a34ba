import { connection } from './connection.ts';
import type { Define } from './define.ts';
import { json } from './print.ts';
import { table, type Column } from './screen/table.ts';
import { shown, WATCH, type Watch } from './screen/watch.ts';
import { when, whenColumn } from './screen/when.ts';

interface Lock {
  readonly resource: string;
  /** What the holder calls it, for who may read that. */
  readonly name?: string;
  readonly slots: number;
  readonly holders: readonly {
    readonly agent: string;
    readonly session: string;
    readonly fence: number;
    readonly priority: number;
    readonly expiresAt: number;
  }[];
  readonly waiting: readonly { readonly agent: string; readonly session: string; readonly priority: number; readonly since: number }[];
}

/** `aegis locks`: every held resource with its holders, and who waits for it in which order. */
export const define: Define = (command) => {
  command
    .option(...WATCH)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis locks\n  $ aegis locks --watch\n  $ aegis locks --json')
    .action(async (options: { watch?: Watch; json?: true }) => {
      const aegis = connection();
      const read = async (): Promise<readonly Lock[]> => ((await aegis.get('/v1/locks')) as { locks: readonly Lock[] }).locks;
      if (options.json === true) return json(await read());
      await shown(options.watch, async () => {
        const rows = (await read()).flatMap(rowsOf);
        return rows.length === 0
          ? 'Nothing is locked. Agents take locks with a resource claim: docs/how-to/share-a-resource.md'
          : table(COLUMNS(), rows);
      });
    });
};

const COLUMNS = (): readonly Column[] => [
  { title: 'resource', least: 12 },
  { title: 'state', tone: (state) => (state === 'expired' ? 'medium' : null) },
  { title: 'agent', least: 8 },
  { title: 'session', least: 8 },
  { title: 'priority', right: true },
  { title: 'fence', right: true },
  whenColumn('until or since'),
];

/** Whoever’s time is up holds nothing, and stays in the list until the next claim takes its place. */
function rowsOf({ resource, name: own = resource, slots, holders, waiting }: Lock): string[][] {
  const name = slots === 1 ? own : `${own} (${String(slots)} slots)`;
  const held = holders.map(({ agent, session, priority, fence, expiresAt }) => [
    name,
    expiresAt <= Date.now() ? 'expired' : 'held',
    agent,
    session,
    String(priority),
    String(fence),
    when(expiresAt),
  ]);
  const queue = waiting.map(({ agent, session, priority, since }, place) => [
    name,
    `waits, ${String(place + 1)}.`,
    agent,
    session,
    String(priority),
    '',
    when(since),
  ]);
  return [...held, ...queue];
}
