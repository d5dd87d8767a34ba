import { UNKNOWN, harm } from '../shell/call.ts';
import type { Deed } from './apis/table.ts';
import { asProgram, deletes, fetches, runsList, runsText, runsWords, saw, sends, touches, unresolved } from './effects.ts';
import { leaks } from './leaks.ts';
import type { Machine } from './machine.ts';
import { canonical } from './names.ts';
import { concatenated, elementsOf, pathOf } from './operators.ts';
import type { Given, Value } from './value.ts';
import { NOT_KNOWN, asText, isBlank, optionsOf, originsOf, text, unknown } from './value.ts';

/** A call of something that is not defined in the code itself. */
export interface Called {
  /** Its name from the module on; `` where that is not known. */
  readonly path: string;
  readonly name: string;
  readonly given: readonly Given[];
  /** What the method is called on. */
  readonly of?: Value;
  /** What the call before it in the chain was given: `open(p).write`. */
  readonly before?: readonly Given[] | undefined;
}

type Does = (called: Called, machine: Machine) => Value | undefined;

const at = (given: readonly Given[], position: number, ...names: readonly string[]): Value | undefined =>
  given.find((one) => one.name !== undefined && names.includes(one.name))?.value ?? given.filter((one) => one.name === undefined)[position]?.value;

const option = (given: readonly Given[], name: string): Value | undefined =>
  given.find((one) => one.name === name)?.value ??
  given.flatMap(({ value }) => (value.is === 'map' ? [value.entries.get(name)] : [])).find((one) => one !== undefined);

const isOn = (value: Value | undefined): boolean => value !== undefined && !(value.is === 'flag' && !value.value);

const shell: Does = ({ given }, machine) => {
  const command = at(given, 0, 'cmd', 'command', 'args');
  if (command?.is === 'list') runsList(command, machine);
  else if (command !== undefined) runsText(command, machine);
  return undefined;
};

const process: Does = ({ given }, machine) => {
  const command = at(given, 0, 'args', 'cmd');
  if (command === undefined) return undefined;
  if (command.is === 'map') {
    const words = command.entries.get('cmd');
    if (words !== undefined) runsList(words, machine);
    return undefined;
  }
  for (const one of optionsOf(command)) {
    if (one.is !== 'list') runsText(one, machine);
    else if (isOn(option(given, 'shell'))) runsText(one.items[0] ?? NOT_KNOWN, machine);
    else runsList(one, machine);
  }
  return undefined;
};

const program: Does = ({ given, name }, machine) => {
  const [command, list, ...rest] = given.filter((one) => one.name === undefined).map((one) => one.value);
  if (command === undefined) return undefined;
  const words = list?.is === 'map' ? list.entries.get('args') : list;
  const before: Value[] = name === 'fork' ? [text('node'), command] : [command];
  if (command.is === 'list') runsList(command, machine);
  else if (isOn(option(given, 'shell'))) {
    const tail =
      words === undefined
        ? text('')
        : elementsOf(words).items.reduce<Value>((line, word) => concatenated(concatenated(line, text(' '), machine), word, machine), text(''));
    runsText(concatenated(command, tail, machine), machine);
  } else if (words === undefined) runsWords(before, true, machine);
  else if (words.is === 'list' || words.is === 'either') runsList(words, machine, before);
  else if (words.is === 'text') runsWords([...before, words, ...rest], true, machine);
  else runsWords(before, false, machine);
  return undefined;
};

const executes =
  (mode: boolean): Does =>
  ({ given }, machine) => {
    const [command, second, ...rest] = given.map((one) => one.value).slice(mode ? 1 : 0);
    if (command === undefined) return undefined;
    if (second?.is === 'list') runsWords([command, ...second.items.slice(1)], second.open !== true, machine);
    else runsWords([command, ...rest.filter((one) => one.is === 'text' || one.is === 'either')], true, machine);
    return undefined;
  };

const opens: Does = ({ path, given }, machine) => {
  const mode = at(given, 1, 'mode', 'flags');
  const modes = optionsOf(mode ?? text('r')).map((one) => (one.is === 'text' ? one.text : ''));
  touches(at(given, 0, 'file', 'path'), modes.some((one) => /[wax+]/.test(one)) ? 'write' : 'read', machine);
  return path === 'open' ? { is: 'api', path: 'open()', given } : undefined;
};

const reads: Does = ({ given }, machine) => {
  const file = at(given, 0, 'path', 'file');
  if (file?.is === 'text' && /^(?:https?|s3|gs|ftp):\/\//.test(file.text)) return undefined;
  touches(file, 'read', machine);
  const name = file === undefined ? '' : asText(file).text;
  return unknown([{ kind: 'file', name }]);
};

const writes: Does = ({ given }, machine) => {
  touches(at(given, 0, 'path'), 'write', machine);
  keeps(at(given, 0), at(given, 1), machine);
  return undefined;
};

/** A script that is written may be run further down. */
export function keeps(path: Value | undefined, content: Value | undefined, machine: Machine): void {
  if (content === undefined) return;
  const remote = originsOf(content).find((one) => one.kind === 'remote');
  if (path?.is !== 'text' || isBlank(path.text)) {
    if (remote !== undefined) machine.now.fetched = true;
    return;
  }
  if (!/\.(?:sh|bash|zsh|py|pl|rb|js|exe|bin|elf|run|jar|ps1|bat|cmd|vbs|dll|so)$|(?:^|\/)\.?[^./]+$/.test(path.text)) return;
  if (remote !== undefined && remote.name === '')
    saw(machine, { see: 'path', path: { text: path.text, glob: false }, access: 'write', origin: 'remote' });
  else if (remote !== undefined && remote.name !== '') asProgram(['curl', '-o', path.text, remote.name], [], machine);
  else if (content.is === 'text' && !isBlank(content.text))
    saw(machine, {
      see: 'argv',
      argv: ['tee', path.text].map((word) => ({ text: word, glob: false })),
      stdin: { text: content.text, origin: 'static', secret: false },
    });
}

const removes =
  (tree: boolean): Does =>
  ({ given }, machine) => {
    deletes(at(given, 0, 'path'), tree || isOn(option(given, 'recursive')), machine);
    return undefined;
  };

const like =
  (...words: readonly string[]): Does =>
  ({ given }, machine) => {
    const [from = NOT_KNOWN, to = NOT_KNOWN] = given.map((one) => one.value);
    if (!isBlank(asText(from).text) || !isBlank(asText(to).text)) asProgram(words, [from, to], machine);
    return undefined;
  };

const modes: Does = ({ given }, machine) => {
  const mode = at(given, 1, 'mode');
  const written = mode?.is === 'number' ? mode.value.toString(8) : mode?.is === 'text' ? mode.text : '644';
  asProgram(['chmod', written, '--'], [at(given, 0, 'path') ?? NOT_KNOWN], machine);
  return undefined;
};

const ends: Does = ({ given }, machine) => {
  const pid = at(given, 0);
  if (pid?.is === 'number') asProgram(['kill', '-9', String(pid.value)], [], machine);
  return undefined;
};

const queries: Does = ({ path, given }, machine) => {
  for (const one of optionsOf(at(given, 0, 'sql', 'query', 'statement') ?? NOT_KNOWN)) {
    const { text: statement, from = [] } = asText(one);
    if (!isBlank(statement)) saw(machine, { see: 'sql', text: statement.replaceAll(UNKNOWN, 'x0'), dialect: 'sql' });
    else if (path.startsWith('database.') && !from.some((origin) => origin.kind === 'file'))
      unresolved(from, machine, harm('UNINSPECTABLE', 'HIGH', { inspected: false, category: 'database' }));
  }
  return undefined;
};

/** What runs a text to see how long it takes. */
const MEASURES = /^(?:timeit|cProfile|profile|trace|code|pandas)\b/;

const evaluates: Does = ({ path, given }, machine) => {
  const timer = path === 'timer';
  const values = given.filter((one) => one.name === undefined).map((one) => one.value);
  const code = path === 'Function' || path.endsWith('Function') ? values.at(-1) : (values[0] ?? at(given, 0, 'stmt', 'source'));
  if (code === undefined || code.is === 'function' || code.is === 'class' || (timer && code.is !== 'text')) return undefined;
  let value: Value = NOT_KNOWN;
  for (const one of optionsOf(code)) {
    const { text: source, from = [] } = asText(one);
    if (from.some((origin) => origin.kind === 'decoded')) saw(machine, harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
    if (!isBlank(source)) {
      const first = machine.seen.length;
      value = machine.run(source.replaceAll(UNKNOWN, ' '));
      // No program has a reason to keep the start of another one in a text.
      if (!MEASURES.test(path) && machine.seen.slice(first).some(({ see }) => see === 'argv' || see === 'script'))
        saw(machine, harm('SHELL_EVAL_COMPUTED', 'HIGH'));
    }
    // A file of the project that is run is what running it by name would be.
    else if (!from.some((origin) => origin.kind === 'file')) unresolved(from, machine, harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false }));
  }
  return value;
};

const loads: Does = ({ given }, machine) => {
  const name = asText(at(given, 0, 'name') ?? NOT_KNOWN).text;
  return isBlank(name) ? undefined : { is: 'api', path: canonical(name, machine.language) };
};

const attribute: Does = ({ given }, machine) => {
  const [of = NOT_KNOWN, name = NOT_KNOWN] = given.map((one) => one.value);
  const known = asText(name).text;
  if (of.is === 'api')
    return {
      is: 'api',
      path: canonical(`${of.path}.${isBlank(known) ? '?' : known}`, machine.language),
      ...(of.given === undefined ? {} : { given: of.given }),
    };
  if (of.is === 'map' || of.is === 'class') return (of.is === 'map' ? of.entries : of.members).get(known) ?? NOT_KNOWN;
  return { is: 'method', of, name: known };
};

/** Modules a pickle of ours never names. */
const PICKLED = /c(?:os|posix|nt|subprocess|builtins|__builtin__|commands|pty|shutil|sys)\n|\x8c.(?:os|posix|nt|subprocess|builtins|pty)\x94/s;

const unpickles: Does = ({ given }, machine) => {
  const value = at(given, 0) ?? NOT_KNOWN;
  const from = originsOf(value);
  if (from.some(({ kind }) => kind === 'remote' || kind === 'decoded') || (value.is === 'text' && PICKLED.test(value.text)))
    saw(machine, harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }));
  return undefined;
};

const maps: Does = ({ path, given }, machine) => {
  const values = given.map((one) => one.value);
  const [first = NOT_KNOWN, second = NOT_KNOWN] = values;
  if (path === 'Reflect.apply')
    return machine.invoke(
      first,
      elementsOf(values[2] ?? NOT_KNOWN).items.map((value) => ({ value })),
      machine,
    );
  if (path.startsWith('Promise')) return first;
  const [fn, over] = path === 'Array.from' ? [second, first] : [first, second];
  const { items, open } = elementsOf(over);
  if (fn.is === 'unknown') return over;
  return { is: 'list', items: items.map((value) => machine.invoke(fn, [{ value }], machine)), ...(open ? { open } : {}) };
};

export const listed = (folder: Value, pattern: string, machine: Machine): Value => ({
  is: 'list',
  items: [pathOf([folder, text(pattern)], machine)],
  open: true,
});

const finds: Does = ({ given }) => {
  const pattern = at(given, 0, 'pathname', 'pattern') ?? NOT_KNOWN;
  return { is: 'list', items: optionsOf(pattern), open: true };
};

export const DEEDS: Readonly<Record<Deed, Does>> = {
  shell,
  process,
  program,
  exec: executes(false),
  spawn: executes(true),
  open: opens,
  read: reads,
  write: writes,
  delete: removes(false),
  'delete-tree': removes(true),
  move: like('mv', '--'),
  copy: like('cp', '-r', '--'),
  link: like('ln', '-s', '--'),
  chmod: modes,
  list: ({ path }, machine) => (path.endsWith('scandir') ? undefined : listed(text(''), '*', machine)),
  find: finds,
  walk: ({ given }) => ({ is: 'list', items: [{ is: 'list', items: [at(given, 0, 'top') ?? NOT_KNOWN, STAR, STAR] }], open: true }),
  download: ({ given }, machine) => {
    const [url = NOT_KNOWN, file = NOT_KNOWN] = given.map((one) => one.value);
    if (!isBlank(asText(url).text) && !isBlank(asText(file).text)) asProgram(['curl', '-o'], [file, url], machine);
    return undefined;
  },
  send: (called, machine) => {
    const { of, given } = called;
    sends([...(of === undefined ? [] : [of]), ...given.map((one) => one.value)], machine);
    leaks(given, called.before ?? [], machine);
    return undefined;
  },
  sql: queries,
  code: evaluates,
  import: loads,
  attribute,
  namespace: ({ given, path }) => given[0]?.value ?? { is: 'api', path: `${path}()` },
  unpickle: unpickles,
  native: () => undefined,
  kill: ends,
  map: maps,
  partial: ({ given }, machine) => {
    const [fn, ...rest] = given;
    if (fn === undefined) return undefined;
    if (rest.some((one) => one.name === undefined)) machine.invoke(fn.value, rest, machine);
    return fn.value;
  },
  connect: ({ given }, machine) => {
    const first = given[0]?.value ?? NOT_KNOWN;
    const host = asText(first.is === 'list' ? (first.items[0] ?? NOT_KNOWN) : first).text;
    if (/^[\w.:-]{3,}$/.test(host) && /[.:]/.test(host)) fetches([text(`https://${host.includes('::') ? `[${host}]` : host}/`)], machine);
    return undefined;
  },
  notebook: ({ given }, machine) => {
    const [kind, ...rest] = given.map((one) => one.value);
    const command = rest.at(-1);
    if (kind?.is === 'text' && command !== undefined && /^(?:sx|system|sh|bash|script|cmd)$/.test(kind.text)) runsText(command, machine);
    return undefined;
  },
};

const STAR: Value = { is: 'list', items: [{ is: 'text', text: '*' }], open: true };
