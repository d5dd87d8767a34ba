import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifyData, verifyFile } from '../../src/cli/verify.ts';
import { AegisError } from '../../src/errors.ts';
import { CliError } from '../../src/cli/exit.ts';
import type { VerifyReport } from '../../src/log/verification.ts';
import { makeStores } from './mutation-stores.ts';
import type { Kept } from './mutation-stores.ts';

/** A number below, drawn from a fixed seed. */
export type Draw = (below: number) => number;

export function drawing(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One way to change a copy of a store. Answers false where this copy has nothing to change. */
type Change = (copy: Copy, draw: Draw) => boolean;

interface Copy {
  readonly folder: string;
  readonly data: string;
  readonly place: string;
  readonly exported: string;
}

function sql(file: string, work: (database: DatabaseSync) => boolean): boolean {
  const database = new DatabaseSync(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const rowOf = (database: DatabaseSync, table: string, draw: Draw): number | null => {
  const ids = database.prepare(`SELECT rowid AS id FROM ${table} ORDER BY rowid`).all();
  return ids.length === 0 ? null : Number(ids[draw(ids.length)]?.['id']);
};

/** Changes one row that is drawn. `?1` is its id. */
const onRow =
  (table: string, statement: string, file = 'log.sqlite'): Change =>
  ({ data }, draw) =>
    sql(join(data, file), (database) => {
      const id = rowOf(database, table, draw);
      return id !== null && Number(database.prepare(statement).run(id).changes) > 0;
    });

const onAll =
  (statement: string, file = 'log.sqlite'): Change =>
  ({ data }) =>
    sql(join(data, file), (database) => Number(database.prepare(statement).run().changes) > 0);

const flipped =
  (table: string, column: string, file = 'log.sqlite'): Change =>
  ({ data }, draw) =>
    sql(join(data, file), (database) => {
      const key = file === 'log.sqlite' ? rowOf(database, table, draw) : null;
      const rows = database
        .prepare(`SELECT ${column} AS held FROM ${table}${key === null ? '' : ' WHERE rowid = ?'}`)
        .all(...(key === null ? [] : [key]));
      const held = rows[draw(rows.length)]?.['held'];
      if (!(held instanceof Uint8Array) || held.length === 0) return false;
      const bytes = Buffer.from(held);
      bytes[draw(bytes.length)] = (bytes[draw(bytes.length)] ?? 0) ^ (1 << draw(8));
      if (bytes.equals(held)) return false;
      return Number(database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`).run(bytes, held).changes) > 0;
    });

const swapped =
  (table: string, column: string): Change =>
  ({ data }, draw) =>
    sql(join(data, 'log.sqlite'), (database) => {
      const [one, other] = [rowOf(database, table, draw), rowOf(database, table, draw)];
      const read = database.prepare(`SELECT ${column} AS held FROM ${table} WHERE rowid = ?`);
      const [a, b] = [one, other].map((id) => (id === null ? undefined : read.get(id)?.['held']));
      if (a === undefined || b === undefined || a === null || b === null || one === other) return false;
      if (Buffer.from(a as Uint8Array).equals(Buffer.from(b as Uint8Array))) return false;
      const write = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`);
      return write.run(b, one).changes === 1 && write.run(a, other).changes === 1;
    });

/** Every file of a copy, without the exports. */
const filesOf = ({ data, place }: Copy): readonly string[] =>
  [data, place].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile() && statSync(path).size > 0),
  );

const onFile =
  (change: (path: string, draw: Draw) => boolean, pick: RegExp = /./): Change =>
  (copy, draw) => {
    const files = filesOf(copy).filter((path) => pick.test(path) && !/daemons|\.snapshot-/.test(path));
    const path = files[draw(files.length)];
    return path !== undefined && change(path, draw);
  };

function flipByte(path: string, draw: Draw): boolean {
  const bytes = readFileSync(path);
  if (bytes.length === 0) return false;
  const at = draw(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
  writeFileSync(path, bytes);
  return true;
}

const onLines =
  (pick: (copy: Copy) => string | undefined, change: (lines: string[], draw: Draw) => boolean): Change =>
  (copy, draw) => {
    const path = pick(copy);
    if (path === undefined || !existsSync(path)) return false;
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const before = lines.join('\n');
    if (!change(lines, draw) || lines.join('\n') === before) return false;
    writeFileSync(path, `${lines.join('\n')}\n`);
    return true;
  };

const inPlace =
  (name: string) =>
  ({ place }: Copy): string | undefined =>
    readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith(name))
      .map((path) => join(place, path))[0];

const remove = (lines: string[], at: number): boolean => lines.splice(at, 1).length === 1;

/** The second place as it was some checkpoints ago, in both files. */
const setBack: Change = (copy, draw) => {
  const [file, latest] = [inPlace('checkpoints.jsonl')(copy), inPlace('latest.json')(copy)];
  if (file === undefined || latest === undefined) return false;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const kept = lines.slice(0, draw(lines.length));
  writeFileSync(file, kept.map((line) => `${line}\n`).join(''));
  const newest = new Map(kept.map((line) => [(JSON.parse(line) as { origin: string }).origin, JSON.parse(line) as unknown]));
  writeFileSync(latest, `${JSON.stringify(Object.fromEntries(newest))}\n`);
  return true;
};

export const STORE_CHANGES: Readonly<Record<string, Change>> = {
  'entry deleted': onRow('entry', 'DELETE FROM entry WHERE rowid = ?1'),
  'entry duplicated at the end': onRow(
    'entry',
    'INSERT INTO entry SELECT (SELECT max(id) + 1 FROM entry WHERE id / 1099511627776 = ?1 / 1099511627776), bytes, leaf, type, at, agent, session, action FROM entry WHERE rowid = ?1',
  ),
  'entries swapped': swapped('entry', 'bytes'),
  'leaves swapped': swapped('entry', 'leaf'),
  'entry bytes flipped': flipped('entry', 'bytes'),
  'entry leaf flipped': flipped('entry', 'leaf'),
  'entry type changed': onRow('entry', "UPDATE entry SET type = 'agent-resumed' WHERE rowid = ?1 AND type <> 'agent-resumed'"),
  'entry time changed': onRow('entry', 'UPDATE entry SET at = at + 1 WHERE rowid = ?1'),
  'entry agent changed': onRow('entry', "UPDATE entry SET agent = 'nobody' WHERE rowid = ?1"),
  'entry session changed': onRow('entry', "UPDATE entry SET session = 'none' WHERE rowid = ?1"),
  'entry action changed': onRow('entry', "UPDATE entry SET action = 'made-up' WHERE rowid = ?1"),
  'entries emptied': onAll('DELETE FROM entry'),
  'payload deleted': onRow('payload', 'DELETE FROM payload WHERE rowid = ?1 AND sealed IS NOT NULL'),
  'payload nulled': onRow('payload', 'UPDATE payload SET sealed = NULL WHERE rowid = ?1 AND sealed IS NOT NULL'),
  'payload flipped': flipped('payload', 'sealed'),
  'payloads swapped': swapped('payload', 'sealed'),
  'payload digest flipped': flipped('payload', 'digest'),
  'payload given away': onRow('payload', "UPDATE payload SET subject = 'session/none' WHERE rowid = ?1 AND sealed IS NOT NULL"),
  'payloads emptied': onAll('DELETE FROM payload'),
  'tenant deleted': onRow('tenant', 'DELETE FROM tenant WHERE rowid = ?1'),
  'tenant shorter': onRow('tenant', 'UPDATE tenant SET size = size - 1 WHERE rowid = ?1'),
  'tenant longer': onRow('tenant', 'UPDATE tenant SET size = size + 1 WHERE rowid = ?1'),
  'tenant leaf flipped': flipped('tenant', 'leaf'),
  'tenant tree flipped': flipped('tenant', 'frontier'),
  'tenant renamed': onRow('tenant', "UPDATE tenant SET name = 'other' WHERE rowid = ?1"),
  'subtree deleted': onRow('subtree', 'DELETE FROM subtree WHERE rowid = ?1'),
  'subtree flipped': flipped('subtree', 'root'),
  'everything emptied': ({ data }) =>
    sql(join(data, 'log.sqlite'), (database) => {
      database.exec('DELETE FROM entry; DELETE FROM payload; DELETE FROM tenant; DELETE FROM subtree; DELETE FROM lookup');
      return true;
    }),
  'erasure pending': onRow('tenant', "INSERT INTO unrecorded_erasure SELECT no, 'session/s1', '', x'', 0 FROM tenant WHERE rowid = ?1"),
  'remembered raised': onAll('UPDATE checkpointed SET size = size + 1'),
  'key deleted': onAll('DELETE FROM subject_key WHERE subject = (SELECT subject FROM subject_key ORDER BY random() LIMIT 1)', 'log.sqlite.keys'),
  'keys emptied': onAll('DELETE FROM subject_key', 'log.sqlite.keys'),
  'key flipped': flipped('subject_key', 'wrapped', 'log.sqlite.keys'),
  'file removed': onFile((path) => (rmSync(path), true)),
  'file emptied': onFile((path) => (writeFileSync(path, ''), true)),
  'file cut': onFile((path, draw) => (truncateSync(path, draw(statSync(path).size)), true)),
  'file byte flipped': onFile(flipByte, /log\.(?:sqlite(?:\.keys|\.master)?|id)$|signing\.key$|key\.pub$|jsonl$|latest\.json$/),
  'small file byte flipped': onFile(flipByte, /log\.(?:sqlite\.master|id)$|signing\.key$|key\.pub$|jsonl$|latest\.json$/),
  'second place emptied': ({ place }) => (rmSync(place, { recursive: true }), mkdirSync(place), true),
  'second place set back': setBack,
  'checkpoint line removed': onLines(inPlace('checkpoints.jsonl'), (lines, draw) => remove(lines, draw(lines.length))),
  'checkpoint lines swapped': onLines(inPlace('checkpoints.jsonl'), (lines, draw) => {
    const [a, b] = [draw(lines.length), draw(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return true;
  }),
};

const EXPORTED = ({ exported }: Copy): string => exported;
const entryAt = (lines: readonly string[], draw: Draw): number => 1 + draw(sizeOf(lines));
const sizeOf = (lines: readonly string[]): number => (JSON.parse(lines[0] ?? '{}') as { size: number }).size;

const header =
  (change: (value: Record<string, unknown>) => Record<string, unknown>): Change =>
  (copy, draw) =>
    onLines(EXPORTED, (lines) => {
      lines[0] = JSON.stringify(change(JSON.parse(lines[0] ?? '{}') as Record<string, unknown>));
      return true;
    })(copy, draw);

export const EXPORT_CHANGES: Readonly<Record<string, Change>> = {
  'export byte flipped': ({ exported }, draw) => flipByte(exported, draw),
  'export cut': ({ exported }, draw) => (truncateSync(exported, draw(statSync(exported).size - 1)), true),
  'export entry removed': onLines(EXPORTED, (lines, draw) => remove(lines, entryAt(lines, draw))),
  'export entry doubled': onLines(EXPORTED, (lines, draw) => {
    const at = entryAt(lines, draw);
    return lines.splice(at, 0, lines[at] ?? '').length === 0;
  }),
  'export entries swapped': onLines(EXPORTED, (lines, draw) => {
    const [a, b] = [entryAt(lines, draw), entryAt(lines, draw)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return true;
  }),
  'export payload removed': onLines(EXPORTED, (lines, draw) => {
    const at = sizeOf(lines) + 1 + draw(Math.max(1, lines.length - sizeOf(lines) - 1));
    return at < lines.length && remove(lines, at);
  }),
  'export payload called erased': onLines(EXPORTED, (lines, draw) => {
    const at = sizeOf(lines) + 1 + draw(Math.max(1, lines.length - sizeOf(lines) - 1));
    const line = JSON.parse(lines[at] ?? '{}') as { payload?: string; base64?: string };
    if (line.base64 === undefined) return false;
    lines[at] = JSON.stringify({ payload: line.payload, erased: true });
    return true;
  }),
  'export payloads removed': onLines(EXPORTED, (lines) => lines.splice(sizeOf(lines) + 1).length > 0),
  'export checkpoint removed': header((value) => ({ ...value, checkpoint: null })),
  'export shortened': onLines(EXPORTED, (lines, draw) => {
    const size = sizeOf(lines);
    const less = draw(size);
    lines[0] = JSON.stringify({ ...(JSON.parse(lines[0] ?? '{}') as object), size: less });
    lines.splice(less + 1, size - less);
    return true;
  }),
};

export interface Outcome {
  readonly found: number;
  /** Changes after which everything that is claimed is still there and still true, by kind. */
  readonly void: Readonly<Record<string, number>>;
  readonly missed: readonly string[];
  readonly alarms: readonly string[];
  readonly tried: number;
}

const said = ({ ok, size, root, anchored, payloads }: VerifyReport): string => JSON.stringify([ok, size, root, anchored, payloads]);

async function look(copy: Copy, kept: Kept, what: 'store' | 'export'): Promise<{ readonly ok: boolean; readonly said: string }> {
  try {
    const reports =
      what === 'store'
        ? await verifyData({ data: copy.data, checkpoints: copy.place, key: kept.key })
        : [await verifyFile(copy.exported, { key: kept.key, checkpoints: kept.saved })];
    return { ok: reports.every(({ ok }) => ok), said: reports.map(said).join() };
  } catch (error) {
    if (error instanceof AegisError || error instanceof CliError) return { ok: false, said: error.message };
    return { ok: false, said: `UNCODED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  }
}

function copied(kept: Kept, folder: string): Copy {
  rmSync(folder, { recursive: true, force: true });
  cpSync(kept.folder, folder, { recursive: true });
  return { folder, data: join(folder, 'data'), place: join(folder, 'witness'), exported: join(folder, 'audit.jsonl') };
}

/** Changes copies of stores and exports in drawn ways and looks whether each is found; and looks at unchanged copies for a false alarm. */
export async function mutate(times: number, seed: number, only?: RegExp): Promise<Outcome> {
  const draw = drawing(seed);
  const home = mkdtempSync(join(tmpdir(), 'aegis-mutations-'));
  const stores = await makeStores(join(home, 'stores'));
  const changes = [
    ...Object.entries(STORE_CHANGES).map(([name, change]) => ({ name, change, what: 'store' as const })),
    ...Object.entries(EXPORT_CHANGES).map(([name, change]) => ({ name, change, what: 'export' as const })),
  ].filter(({ name }) => only === undefined || only.test(name));
  const good = new Map<string, string>();
  const alarms: string[] = [];
  const missed: string[] = [];
  const harmless: Record<string, number> = {};
  let [found, tried] = [0, 0];
  try {
    for (const kept of stores) {
      for (const what of ['store', 'export'] as const) {
        const { ok, said: told } = await look(copied(kept, join(home, 'copy')), kept, what);
        if (!ok) alarms.push(`${kept.name} ${what}: ${told}`);
        good.set(`${kept.name} ${what}`, told);
      }
    }
    for (let at = 0; tried < times && at < times * 3; at++) {
      const kept = stores[at % stores.length];
      const one = changes[Math.floor(at / stores.length) % changes.length];
      if (kept === undefined || one === undefined) continue;
      const copy = copied(kept, join(home, 'copy'));
      if (!one.change(copy, draw)) continue;
      tried++;
      const { ok, said: told } = await look(copy, kept, one.what);
      if (told.includes('UNCODED')) missed.push(`${one.name} of ${kept.name}, draw ${String(at)}: ${told}`);
      else if (!ok) found++;
      else if (told === good.get(`${kept.name} ${one.what}`)) harmless[one.name] = (harmless[one.name] ?? 0) + 1;
      else missed.push(`${one.name} of ${kept.name}, draw ${String(at)}: ${told}`);
    }
    return { found, void: harmless, missed, alarms, tried };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [times = '10000', seed = '1', only] = process.argv.slice(2);
  const outcome = await mutate(Number(times), Number(seed), only === undefined ? undefined : new RegExp(only));
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  process.exitCode = outcome.missed.length + outcome.alarms.length === 0 ? 0 : 1;
}
