import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';
import { visible } from './print.ts';

/** A decided action as `/v1/actions` lists it. */
export interface ActionRow {
  readonly index: number;
  readonly at: number;
  readonly action: string;
  readonly agent: string;
  readonly session?: string;
  readonly name: string;
  readonly effect: string;
  readonly risk: string;
  readonly reasons: readonly ReasonRow[];
}

export interface ReasonRow {
  readonly code: string;
  readonly message: string;
  readonly effect: string;
  readonly rule: string;
  readonly hint?: string;
  /** Code of the finding it rests on. */
  readonly finding?: string;
}

/** `FINDING · SHELL_RECURSIVE_DELETE`: the code behind a sentence. */
export function codeOf({ code, finding }: Pick<ReasonRow, 'code' | 'finding'>): string {
  return finding === undefined ? code : `${code} · ${finding}`;
}

/** An action with everything the log holds about it, as `/v1/actions/:id/record` answers. */
export interface ActionRecord {
  readonly action: string;
  readonly agent: string;
  readonly session: string;
  readonly name: string;
  readonly door: string;
  /** Canonical JSON text of the arguments; null when they were erased or were never kept. */
  readonly args: string | null;
  readonly erased: boolean;
  /** The key in use may not read what is sealed. */
  readonly sealed: boolean;
  readonly entries: readonly RecordedEntry[];
}

export interface RecordedEntry {
  readonly index: number;
  readonly at: number;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The action meant by its number in the log (`#42`, `42`), its id or the beginning of one. @throws CliError when none or several are meant */
export async function findAction(aegis: Connection, text: string, agent?: string): Promise<ActionRecord> {
  const record = (id: string, of: string | undefined): Promise<unknown> =>
    aegis.get(`/v1/actions/${encodeURIComponent(id)}/record`, of === undefined ? {} : { agent: of });
  const numbered = /^#?(\d{1,15})$/.exec(text)?.[1];
  if (numbered !== undefined) {
    const row = await actionAt(aegis, Number(numbered));
    if (row !== null) return (await record(row.action, row.agent)) as ActionRecord;
    if (text.startsWith('#')) throw nothing(`No action was decided in entry ${numbered}.`);
  }
  try {
    return (await record(text, agent)) as ActionRecord;
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'NOT_FOUND') throw error;
  }
  const { actions } = (await aegis.get('/v1/actions', { limit: 1_000, agent })) as { actions: readonly ActionRow[] };
  const meant = [...new Map(actions.filter(({ action }) => action.startsWith(text)).map((row) => [`${row.agent} ${row.action}`, row])).values()];
  const [only, ...others] = meant;
  if (only === undefined) throw nothing(`Unknown action \`${visible(text)}\`.`);
  if (others.length > 0) throw ambiguous(text, meant);
  return (await record(only.action, only.agent)) as ActionRecord;
}

async function actionAt(aegis: Connection, index: number): Promise<ActionRow | null> {
  const { actions } = (await aegis.get('/v1/actions', { from: index, to: index + 1, limit: 1 })) as { actions: readonly ActionRow[] };
  return actions[0] ?? null;
}

function nothing(message: string): CliError {
  return new CliError(EXIT.conflict, 'NOT_FOUND', message, '`aegis actions` lists them. Give the number in its first column, or an id.');
}

function ambiguous(text: string, meant: readonly ActionRow[]): CliError {
  const which = meant.slice(0, 5).map(({ index, agent, name }) => `#${String(index)} ${name} by ${agent}`);
  const more = meant.length > 5 ? ` and ${String(meant.length - 5)} more` : '';
  return new CliError(
    EXIT.usage,
    'AMBIGUOUS',
    `\`${visible(text)}\` is the start of ${String(meant.length)} action ids: ${visible(which.join(', '))}${more}.`,
    'Give the number in the first column of `aegis actions`.',
  );
}

/** The reason that decided: a person's word where there was one, else the first that asked for what happened. */
export function telling(reasons: readonly ReasonRow[], effect: string): ReasonRow | undefined {
  const same = reasons.filter((reason) => reason.effect === effect || (effect === 'modify' && reason.effect === 'allow'));
  return (
    same.find(({ code }) => code === 'APPROVAL_REFUSED' || code === 'APPROVAL_EXPIRED') ??
    same.find(({ rule }) => rule === 'approval') ??
    same[0] ??
    reasons[0]
  );
}
