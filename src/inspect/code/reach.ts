import { sqlShape } from '../shape.ts';
import { harm } from '../shell/call.ts';
import { JAVASCRIPT, JAVASCRIPT_METHODS } from './apis/javascript.ts';
import { PYTHON, PYTHON_METHODS } from './apis/python.ts';
import type { Deed } from './apis/table.ts';
import type { Called } from './does.ts';
import { DEEDS, keeps, listed } from './does.ts';
import { asProgram, deletes, fetches, saw, touches, unresolved } from './effects.ts';
import { step } from './machine.ts';
import type { Machine } from './machine.ts';
import { canonical } from './names.ts';
import { elementsOf, pathOf } from './operators.ts';
import { pureCall } from './pure.ts';
import type { Given, Value } from './value.ts';
import { NOT_KNOWN, optionsOf, originsOf, text, unknown } from './value.ts';

/** What a call does and gives. */
export function reach(called: Called, machine: Machine): Value {
  step(machine);
  const { path, name, given, of, before } = called;
  const values = given.map((one) => one.value);
  const pure = path === '' ? undefined : pureCall(path, values, machine);
  if (pure !== undefined) return pure;
  if (of?.is === 'text' && machine.language === 'python') {
    const made = pathMethod(of, name, given, machine);
    if (made !== undefined) return made;
  }
  const deed = deedOf(called, machine);
  const result = deed === undefined ? undefined : DEEDS[deed](called, machine);
  powers(called, machine);
  if (path === 'open().write' || path === 'open().writelines') keeps(before?.[0]?.value, values[0], machine);
  if (deed !== 'map' && deed !== 'partial') callbacks(called, machine);
  if (!QUIET.has(name)) fetches(values.concat(hostsIn(values)), machine);
  if (result !== undefined) return result;
  const from = [...(of === undefined ? [] : originsOf(of)), ...values.flatMap((one) => originsOf(one))].slice(0, 8);
  if (path === '') return unknown(from);
  return { is: 'api', path: canonical(`${path}()`, machine.language), given: [...given, ...(before ?? [])].slice(0, 16) };
}

/** Calls that only say something. */
const QUIET = new Set(
  'print log info debug warn warning error write append format push assertEqual assert_called_with expect toBe toEqual test it describe'.split(' '),
);

function deedOf({ path, name, given }: Called, machine: Machine): Deed | undefined {
  const [apis, methods] = machine.language === 'python' ? [PYTHON, PYTHON_METHODS] : [JAVASCRIPT, JAVASCRIPT_METHODS];
  const known = apis.get(path);
  if (known !== undefined) return known;
  if (name === 'constructor' && machine.language === 'javascript') return 'code';
  const may = methods.get(name);
  if (may === undefined || (path !== '' && !path.includes('(') && !path.includes('.'))) return undefined;
  if (may !== 'sql') return may;
  const [first] = given;
  const database = path.startsWith('database.');
  return database || optionsOf(first?.value ?? NOT_KNOWN).some((one) => one.is === 'text' && sqlShape(one.text)) ? 'sql' : undefined;
}

/** Methods of `pathlib.Path`; a path is held as its text. */
function pathMethod(of: Value, name: string, given: readonly Given[], machine: Machine): Value | undefined {
  const [first = NOT_KNOWN] = given.map((one) => one.value);
  switch (name) {
    case 'read_text':
    case 'read_bytes':
      return DEEDS.read({ path: '', name, given: [{ value: of }] }, machine);
    case 'write_text':
    case 'write_bytes':
      return DEEDS.write({ path: '', name, given: [{ value: of }, { value: first }] }, machine) ?? NOT_KNOWN;
    case 'touch':
    case 'mkdir':
      touches(of, 'write', machine);
      return NOT_KNOWN;
    case 'open':
      return DEEDS.open({ path: 'open', name, given: [{ value: of }, ...given] }, machine);
    case 'unlink':
    case 'rmdir':
      deletes(of, false, machine);
      return NOT_KNOWN;
    case 'rename':
    case 'replace':
      asProgram(['mv', '--'], [of, first], machine);
      return NOT_KNOWN;
    case 'symlink_to':
    case 'hardlink_to':
      asProgram(['ln', '-s', '--'], [first, of], machine);
      return NOT_KNOWN;
    case 'chmod':
      return DEEDS.chmod({ path: '', name, given: [{ value: of }, { value: first }] }, machine) ?? NOT_KNOWN;
    case 'iterdir':
      return listed(of, '*', machine);
    case 'glob':
    case 'rglob':
      return { is: 'list', items: [pathOf([of, first], machine)], open: true };
    default:
      return undefined;
  }
}

/** Modules through which anything can be done, whichever of their functions it is. */
const POWER = /^(?:os|subprocess|shutil|pty|ctypes|child_process|fs|vm)(?:\.\?|\[\])$/;
const MEMORY =
  /^(?:mprotect|mmap|VirtualAlloc(?:Ex)?|VirtualProtect(?:Ex)?|CreateThread|CreateRemoteThread|RtlMoveMemory|WriteProcessMemory|OpenProcess|NtCreateThreadEx)$/;
const SERVICES =
  /^(?:boto3|botocore|google\.cloud|googleapiclient|azure|kubernetes|stripe|pymongo|motor|elasticsearch|digitalocean|docker|github|@aws-sdk\/[\w-]+|@google-cloud\/[\w-]+|@azure\/[\w-]+|mongodb|aws-sdk)\b/;
const LOSES = /^(?:(?:batch_|bulk_)?(?:delete|terminate|destroy|purge|drop|flush|deregister)_?\w*|(?:Delete|Terminate|Purge)\w+Command)$/;
const KEEPS = /^(?:delete_one|delete_message\w*|deleteOne|deleteMessage\w*|DeleteMessage\w*|delete_tags|delete_label|delete_many|deleteMany)$/;
const REDIS = /^(?:redis|ioredis|aioredis)\b.*\.flush(?:all|db)$/i;

/** Calls that are asked about by their name alone. */
function powers({ path, name, given }: Called, machine: Machine): void {
  // Files whose contents a client sends, or a driver opens, by their name.
  if (/^(?:upload_file|uploadFile|fput_object|fPutObject|putFile|upload_from_filename)$/.test(name) || path === 'database.connect')
    touches(given[0]?.value, 'read', machine);
  if (/^(?:browser_cookie3|browsercookie|pycookiecheat)\./.test(path))
    saw(machine, harm('PATH_SECRET', 'HIGH', { detector: 'path', operation: 'read' }));
  if (POWER.test(path)) unresolved([], machine, harm('UNINSPECTABLE', 'HIGH', { inspected: false }));
  if (name === '__subclasses__') saw(machine, harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false }));
  if (path.startsWith('ctypes.') && MEMORY.test(name)) saw(machine, harm('UNINSPECTABLE', 'HIGH', { inspected: false }));
  if ((SERVICES.test(path) && LOSES.test(name) && !KEEPS.test(name)) || REDIS.test(path))
    saw(machine, harm('CODE_DATA_DELETE', 'HIGH', { operation: 'delete' }));
}

/** Functions that are handed over are called by whoever gets them: with what stands beside them, or with values unknown here. */
function callbacks({ given, of }: Called, machine: Machine): void {
  given.forEach(({ value, name }, i) => {
    const later = given
      .slice(i + 1)
      .filter((one) => one.name === undefined)
      .map((one) => one.value);
    const beside = name === undefined ? later : elementsOf(given.find((one) => one.name === 'args')?.value ?? { is: 'list', items: [] }).items;
    const values = beside.flatMap((one) => (one.is === 'list' ? one.items : [one]));
    if (value.is === 'function') {
      if (machine.now.depth >= 16) return;
      const received = of === undefined ? [] : of.is === 'list' || of.is === 'text' ? elementsOf(of).items.slice(0, 64) : [of];
      if (values.length > 0)
        machine.invoke(
          value,
          values.map((one) => ({ value: one })),
          machine,
        );
      else if (received.length === 0) machine.invoke(value, [], machine);
      else for (const one of received) machine.invoke(value, [{ value: one }], machine);
    } else if (value.is === 'api' && values.length === 0 && of !== undefined && isPower(value.path, machine) && originsOf(of).length > 0)
      // `fetch(u).then(r => r.text()).then(eval)`.
      machine.invoke(value, [{ value: of }], machine);
    else if (value.is === 'api' && values.length > 0 && isPower(value.path, machine))
      machine.invoke(
        value,
        values.map((one) => ({ value: one })),
        machine,
      );
  });
}

const isPower = (path: string, machine: Machine): boolean => {
  const deed = (machine.language === 'python' ? PYTHON : JAVASCRIPT).get(path);
  return deed !== undefined && deed !== 'open' && deed !== 'read' && deed !== 'find' && deed !== 'list' && deed !== 'import' && deed !== 'map';
};

/** `{ host: '10.0.0.1', path: '/x' }`. */
function hostsIn(values: readonly Value[]): Value[] {
  return values.flatMap((one) => {
    if (one.is !== 'map') return [];
    const host = one.entries.get('hostname') ?? one.entries.get('host');
    const path = one.entries.get('path');
    return host?.is === 'text' && /^[\w.:-]{3,}$/.test(host.text) && /[.:]/.test(host.text)
      ? [text(`http://${host.text}${path?.is === 'text' ? path.text : '/'}`)]
      : [];
  });
}
