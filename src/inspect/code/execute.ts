import { assign, bind, defined, evaluate, invoke } from './evaluate.ts';
import type { Machine } from './machine.ts';
import { enter } from './machine.ts';
import { canonical } from './names.ts';
import { elementsOf } from './operators.ts';
import type { Statement } from './tree.ts';
import type { Scope, Value } from './value.ts';
import { NOT_KNOWN, either } from './value.ts';

/** Elements of a constant list a loop is run for, one by one; of a longer one the last stands for all. */
const MOST_TURNS = 256;

/** What the statements of a function give back, of all the ways through them. */
export function executeBody(statements: readonly Statement[], scope: Scope, machine: Machine): Value {
  const returned: Value[] = [];
  execute(statements, { scope, machine, returned });
  return either(returned);
}

/** Runs a module; the value of its last expression is the module's. */
export function executeModule(statements: readonly Statement[], machine: Machine): Value {
  let last: Value = NOT_KNOWN;
  for (const one of statements) {
    if (one.type === 'run') last = evaluate(one.value, machine.globals, machine);
    else execute([one], { scope: machine.globals, machine, returned: [] });
  }
  return last;
}

interface Run {
  readonly scope: Scope;
  readonly machine: Machine;
  readonly returned: Value[];
}

function execute(statements: readonly Statement[], run: Run): void {
  hoist(statements, run);
  for (const one of statements) {
    enter(run.machine);
    executeOne(one, run);
    run.machine.now.inside -= 1;
  }
}

/** JavaScript's functions can be called above where they stand. */
function hoist(statements: readonly Statement[], { scope, machine }: Run): void {
  if (machine.language !== 'javascript') return;
  for (const one of statements)
    if (one.type === 'define') scope.names.set(one.name, defined({ is: 'function', made: one.function, scope }, scope, machine));
}

function executeOne(statement: Statement, run: Run): void {
  const { scope, machine, returned } = run;
  switch (statement.type) {
    case 'run':
      evaluate(statement.value, scope, machine);
      return;
    case 'assign':
      assign(statement.target, evaluate(statement.value, scope, machine), scope, machine);
      return;
    case 'import-all':
      importAll(statement.module, run);
      return;
    case 'define':
      define(statement, run);
      return;
    case 'class':
      classOf(statement, run);
      return;
    case 'return':
      returned.push(evaluate(statement.value, scope, machine));
      return;
    case 'branch':
      for (const body of statement.bodies) maybe(run, () => execute(body, run));
      return;
    case 'loop':
      loop(statement, run);
  }
}

function maybe({ machine }: Run, body: () => void): void {
  machine.now.maybe += 1;
  body();
  machine.now.maybe -= 1;
}

/** Names of a module that `import *` brings; any other of it is looked for when it is met. */
const STARRED: Readonly<Record<string, string>> = {
  os: 'system popen remove unlink rename replace rmdir removedirs execv execve execvp execl execlp spawnl spawnv walk listdir environ getenv kill chmod chown path getcwd',
  subprocess: 'run Popen call check_call check_output getoutput getstatusoutput',
  shutil: 'rmtree copy copyfile copy2 copytree move',
  pathlib: 'Path PurePath',
  ctypes: 'CDLL windll cdll',
  pickle: 'loads load',
  base64: 'b64decode urlsafe_b64decode b32decode',
  socket: 'socket create_connection',
  requests: 'get post put patch delete request',
  'urllib.request': 'urlopen urlretrieve Request',
  sqlite3: 'connect',
  pty: 'spawn',
  glob: 'glob iglob',
  codecs: 'decode open',
};

function importAll(module: string, { scope, machine }: Run): void {
  for (const name of (STARRED[canonical(module, machine.language)] ?? '').split(' '))
    if (name !== '') scope.names.set(name, { is: 'api', path: canonical(`${module}.${name}`, machine.language) });
}

function define(statement: Extract<Statement, { type: 'define' }>, { scope, machine }: Run): void {
  const made: Value = { is: 'function', made: statement.function, scope };
  scope.names.set(statement.name, defined(made, scope, machine));
  for (const decorator of statement.decorated) {
    const value = evaluate(decorator, scope, machine);
    // Whatever registers a function calls it one day with values unknown here; what only marks one does not.
    if (value.is === 'function' || value.is === 'either') invoke(value, [{ value: made }], machine);
    else if (value.is === 'api' && !QUIET.test(value.path)) invoke(made, [], machine);
  }
}

const QUIET =
  /^(?:property|staticmethod|classmethod|functools|dataclass|contextlib|abc|typing|pytest|unittest|mock|numba|tool|override|cached_property)\b|\.setter$|\.fixture/;

function classOf(statement: Extract<Statement, { type: 'class' }>, { scope, machine }: Run): void {
  for (const base of statement.bases) evaluate(base, scope, machine);
  const inner: Scope = { names: new Map(), outer: scope };
  execute(statement.body, { scope: inner, machine, returned: [] });
  scope.names.set(statement.name, { is: 'class', members: inner.names });
}

function loop({ target, over, body }: Extract<Statement, { type: 'loop' }>, run: Run): void {
  const { scope, machine } = run;
  if (over === undefined || target === undefined) {
    maybe(run, () => execute(body, run));
    return;
  }
  const { items, open } = elementsOf(evaluate(over, scope, machine));
  const turns = items.length > MOST_TURNS ? items.slice(-1) : items;
  const each = (): void => {
    for (const item of turns) {
      bind(target, item, scope, machine);
      execute(body, run);
    }
  };
  if (open || turns.length !== items.length || items.length === 0)
    maybe(
      run,
      items.length === 0
        ? () => {
            bind(target, NOT_KNOWN, scope, machine);
            execute(body, run);
          }
        : each,
    );
  else each();
}
