import type { Json } from '../kernel/json.ts';
import { atLeast, worstRisk } from '../kernel/finding.ts';
import type { Finding, PathFact, Risk } from '../kernel/finding.ts';
import type { Gathered } from './gather.ts';
import type { Readers } from './readers.ts';

/** Arguments that hold what a tool writes into a file. */
const CONTENT = [
  'content',
  'contents',
  'file_text',
  'filetext',
  'new_content',
  'text',
  'data',
  'body',
  'code',
  'source',
  'new_string',
  'new_str',
  'new_text',
  'insert_text',
];
const LONGEST = 131_072;

/** The worst that is certainly known of running these findings; undefined where it is nothing a person would be asked about. */
export function runRisk(findings: readonly Finding[]): Risk | undefined {
  const worst = worstRisk(findings.filter(({ inspected }) => inspected).map(({ risk }) => risk));
  return atLeast(worst, 'HIGH') ? worst : undefined;
}

/** Says of each file a tool writes as a script what running it would do, so that a later action that runs it can be judged. */
export function judgeWritten(args: Json, into: Gathered, readers: Readers): void {
  const writes = [...into.paths].filter(([, { access, runs }]) => access === 'write' && runs === undefined);
  if (writes.length === 0 || typeof args !== 'object' || args === null || Array.isArray(args)) return;
  const object = args as Readonly<Record<string, Json>>;
  const key = CONTENT.find((name) => typeof object[name] === 'string');
  const text = key === undefined ? '' : String(object[key]);
  if (text === '' || text.length > LONGEST) return;
  for (const [at, fact] of writes) {
    const runs = ranAs(fact, text, readers);
    if (runs !== undefined) into.paths.set(at, { ...fact, runs });
  }
}

function ranAs({ path, pointer }: PathFact, text: string, readers: Readers): Risk | undefined {
  const first = text.slice(0, text.indexOf('\n') < 0 ? 200 : text.indexOf('\n'));
  const name = /^#!/.test(first) ? first : path;
  if (/\.(?:ba|z|da|k)?sh$|\.command$|^#!.*\b(?:ba|z|da|k)?sh\b/.test(name)) return runRisk(readers.shell(text, pointer).findings);
  if (/\.py$|^#!.*python/.test(name)) return runRisk(readers.source('python', text, pointer).findings);
  if (/\.[cm]?[jt]s$|^#!.*node/.test(name)) return runRisk(readers.source('node', text, pointer).findings);
  if (/\.rb$|^#!.*ruby/.test(name)) return runRisk(readers.source('ruby', text, pointer).findings);
  if (/\.ps[md]?1$/i.test(name)) return runRisk(readers.source('powershell', text, pointer).findings);
  if (/\.(?:bat|cmd)$/i.test(name)) return runRisk(readers.source('cmd', text, pointer).findings);
  return /\.pl$|^#!.*perl/.test(name) ? runRisk(readers.source('perl', text, pointer).findings) : undefined;
}
