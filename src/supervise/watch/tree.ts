import { readdirSync, readFileSync } from 'node:fs';
import type { TreeMember } from './messages.ts';

const PAGE = 4_096;

export interface Process extends TreeMember {
  readonly bytes: number;
  readonly start: string;
}

/** One process as /proc says it; null when it is gone or a zombie (proc_pid_stat(5)). */
export function processIn(pid: number, proc = '/proc'): Process | null {
  try {
    const text = readFileSync(`${proc}/${String(pid)}/stat`, 'latin1');
    const end = text.lastIndexOf(')');
    const fields = text.slice(end + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const command = text.slice(text.indexOf('(') + 1, end);
    return { pid, parent: Number(fields[1]), command, start: fields[19] ?? '', bytes: Number(fields[21] ?? 0) * PAGE };
  } catch {
    return null;
  }
}

/** Whether the system says that a process is dead: it is a zombie, or not there, or its number is another's. What cannot be read has not ended. */
export function hasEnded({ pid, start }: Process, proc = '/proc'): boolean {
  try {
    const text = readFileSync(`${proc}/${String(pid)}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' || fields[19] !== start;
  } catch (error) {
    return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** A process and everything that descends from it. Empty where there is no /proc. */
export function treeOf(first: number, proc = '/proc'): readonly Process[] {
  let names: readonly string[];
  try {
    names = readdirSync(proc);
  } catch {
    return [];
  }
  const all = names.filter((name) => /^\d+$/.test(name)).flatMap((name) => processIn(Number(name), proc) ?? []);
  const children = new Map<number, Process[]>();
  for (const one of all) {
    const beside = children.get(one.parent);
    if (beside === undefined) children.set(one.parent, [one]);
    else beside.push(one);
  }
  const found = all.filter(({ pid }) => pid === first);
  for (const one of found) found.push(...(children.get(one.pid) ?? []));
  return found;
}
