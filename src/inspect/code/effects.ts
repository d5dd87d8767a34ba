import type { PathFact } from '../../kernel/finding.ts';
import { isSecretFile } from '../path/sensitive.ts';
import type { Arg, Harm, Seen } from '../shell/call.ts';
import { UNKNOWN, harm } from '../shell/call.ts';
import type { Machine } from './machine.ts';
import { elementsOf } from './operators.ts';
import type { Origin, Value } from './value.ts';
import { asText, isBlank, optionsOf, originsOf } from './value.ts';

const arg = (text: string): Arg => ({ text, glob: /[*?]/.test(text) });

/** More different command lines of one call than are read. */
const MOST = 8;

/** What an API of power is given and cannot be followed is asked about; where nothing here calls the function it stands in, it is recorded. */
export function unresolved(from: readonly Origin[], machine: Machine, otherwise: Harm): void {
  const remote = from.some((one) => one.kind === 'remote');
  const hidden = from.some((one) => one.kind === 'decoded');
  if (remote) machine.seen.push(harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network', inspected: false }));
  else if (hidden) machine.seen.push(harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
  else machine.seen.push(machine.now.idle ? { ...otherwise, risk: 'MEDIUM' } : otherwise);
}

const UNREAD = harm('UNINSPECTABLE', 'HIGH', { inspected: false });

/** A command line whose program is not known. */
const STARTS_UNKNOWN = /(?:^|[;&|]\s{0,4}|\bstart (?:\+x )?|chmod \S{1,8} |\.\/|\b(?:ba)?sh |\bpython3? )["']?\u0000/;
const FETCHED = harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network', inspected: false });
/** A value put into what a command sends. */
const LEAVES =
  /\b(?:curl|wget)\b[^;|&]{0,400}(?:-d|--data\S{0,12}|-F|--form|--post-data)[= ]{1,2}['"]?[^'"|;&]{0,200}\u0000|\b(?:curl|wget)\b[^;|&]{0,400}[?&/=][\w-]{0,40}=?\u0000|\u0000[^;]{0,40}\|\s{0,4}(?:curl|nc|ncat)\b/;

/** A text a shell is given. */
export function runsText(value: Value, machine: Machine): void {
  for (const one of optionsOf(value).slice(0, MOST)) {
    const { text, from = [] } = asText(one);
    if (isBlank(text)) unresolved(from, machine, UNREAD);
    else {
      if (machine.now.fetched && STARTS_UNKNOWN.test(text)) machine.seen.push(FETCHED);
      if (from.some(({ kind, name }) => kind === 'variable' && /TOKEN|SECRET|PASSW|KEY|CREDENTIAL/i.test(name)) && LEAVES.test(text.slice(0, 2_048)))
        machine.seen.push(harm('SHELL_SECRET_EXFILTRATION', 'HIGH', { detector: 'exfiltration', category: 'network', operation: 'send' }));
      if (from.some((origin) => origin.kind === 'decoded')) machine.seen.push(harm('SHELL_DECODE_EXECUTE', 'HIGH'));
      machine.seen.push({ see: 'script', text });
    }
  }
}

/** A program with its arguments, each a word of its own. */
export function runsWords(words: readonly Value[], complete: boolean, machine: Machine): void {
  const [program] = words;
  if (program === undefined) return;
  const several = words.findIndex((word) => word.is === 'either');
  if (several >= 0) {
    for (const one of optionsOf(words[several] as Value).slice(0, MOST))
      runsWords([...words.slice(0, several), one, ...words.slice(several + 1)], complete, machine);
    return;
  }
  const first = asText(program);
  if (isBlank(first.text)) {
    unresolved(first.from ?? [], machine, UNREAD);
    return;
  }
  if (machine.now.fetched && first.text.startsWith(UNKNOWN)) machine.seen.push(FETCHED);
  // `[python, '-c', b64decode(…)]`: what was decoded runs.
  const code = words.findIndex((word) => /^(?:-c|-e|--eval|-Command)$/.test(asText(word).text));
  if (code > 0 && originsOf(words[code + 1] ?? { is: 'unknown' }).some(({ kind }) => kind === 'decoded'))
    machine.seen.push(harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
  const argv = words.map((word) => ({ text: asText(word).text, glob: false }));
  machine.seen.push({ see: 'argv', argv, complete });
}

/** A list of words, or a value that may be one. */
export function runsList(value: Value, machine: Machine, before: readonly Value[] = []): void {
  for (const one of optionsOf(value)) {
    const { items, open } = elementsOf(one);
    runsWords([...before, ...items], !open, machine);
  }
}

/** The same as the program of the shell that does this: its safe places and its dangers are known there. */
export function asProgram(words: readonly string[], paths: readonly Value[], machine: Machine): void {
  const [first, ...rest] = paths;
  if (first === undefined) machine.seen.push({ see: 'argv', argv: words.map(arg) });
  else for (const one of optionsOf(first).slice(0, MOST)) asProgram([...words, asText(one).text], rest, machine);
}

export function touches(value: Value | undefined, access: PathFact['access'], machine: Machine): void {
  if (value === undefined) return;
  for (const one of optionsOf(value).slice(0, MOST)) {
    const { text, from = [] } = asText(one);
    if (!isBlank(text)) machine.seen.push({ see: 'path', path: arg(text), access });
    else if (access === 'write' && from.some(({ kind }) => kind === 'remote' || kind === 'decoded')) machine.seen.push(UNREAD);
  }
}

export function deletes(value: Value | undefined, tree: boolean, machine: Machine): void {
  for (const one of optionsOf(value ?? { is: 'unknown' }).slice(0, MOST)) {
    const { text } = asText(one);
    if (!isBlank(text)) machine.seen.push({ see: 'argv', argv: [arg('rm'), arg(tree ? '-rf' : '-f'), arg('--'), arg(text)] });
    else if (tree) unresolved([], machine, harm('SHELL_RECURSIVE_DELETE', 'HIGH', { operation: 'delete', category: 'file', inspected: false }));
  }
}

const URL = /^(?:https?|wss?|ftp|file|gopher|dict):\/\//i;

/** URLs among what a call is given; a part that is not known does not hide the host. */
export function fetches(values: readonly Value[], machine: Machine): void {
  for (const value of values)
    for (const one of value.is === 'list' ? value.items.slice(0, 32) : optionsOf(value)) {
      if (one.is !== 'text' || !URL.test(one.text)) continue;
      const host = one.text.replace(URL, '').split(/[/?#]/, 1)[0] ?? '';
      if (!host.includes(UNKNOWN)) machine.seen.push({ see: 'url', url: one.text.replaceAll(UNKNOWN, 'x') });
    }
}

/** A file outside of the project, as far as its path says. */
const FOREIGN = /^(?:\/(?!tmp\/|workspace\/|app\/|testbed\/|repo\/|work\/)|~)/;

/** What is handed to the network: files that hold credentials, files of the machine, the whole environment. */
export function sends(values: readonly Value[], machine: Machine): void {
  const from = values.flatMap((one) => originsOf(one));
  const files = from.filter((one) => one.kind === 'file');
  if (files.some(({ name }) => isSecretFile(name))) {
    machine.seen.push(harm('SHELL_SECRET_EXFILTRATION', 'CRITICAL', { detector: 'exfiltration', category: 'network', operation: 'send' }));
  } else if (from.some((one) => one.kind === 'environment')) {
    machine.seen.push(harm('SHELL_SECRET_EXFILTRATION', 'HIGH', { detector: 'exfiltration', category: 'network', operation: 'send' }));
  } else if (files.some(({ name }) => FOREIGN.test(name)))
    machine.seen.push(harm('SHELL_UPLOAD', 'HIGH', { category: 'network', operation: 'send' }));
}

export const saw = (machine: Machine, one: Seen): void => {
  machine.seen.push(one);
};
