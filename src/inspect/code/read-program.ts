import type { Seen } from '../shell/call.ts';
import { harm } from '../shell/call.ts';
import { invoke } from './evaluate.ts';
import { executeBody, executeModule } from './execute.ts';
import { readJavaScript } from './javascript/statements.ts';
import type { CodeLanguage, Machine } from './machine.ts';
import { OutOfSteps } from './machine.ts';
import { readPython } from './python/statements.ts';
import { TooDeep } from './syntax.ts';
import { take } from '../steps.ts';
import type { Steps } from '../steps.ts';
import type { Program } from './tree.ts';
import type { Value } from './value.ts';

/** What reading a program may cost: steps of evaluation, and characters made by it. */
const STEPS = 60_000;
const CHARACTERS = 1_000_000;
/** Programs inside programs (`eval`). */
const MOST_INNER = 32;

export interface ProgramReading {
  readonly seen: readonly Seen[];
  /** The grammar skipped something: what it skipped was not read. */
  readonly broken: boolean;
}

/**
 * What a program would do, without running it: its imports, aliases and constants are resolved, its functions called with what the program calls
 * them with. Total; what nests too deep or takes too long is UNINSPECTABLE.
 */
export function readProgram(language: CodeLanguage, text: string, steps: Steps): ProgramReading {
  const seen: Seen[] = [];
  const most = Math.max(0, Math.min(STEPS, steps.left));
  let inner = 0;
  let broken = false;
  const parse = (source: string): Program => {
    inner += 1;
    if (inner > MOST_INNER || (inner > 1 && !take(steps, source.length))) throw new OutOfSteps();
    const program = language === 'python' ? readPython(source) : readJavaScript(source);
    broken ||= program.broken;
    return program;
  };
  const machine: Machine = {
    language,
    seen,
    globals: { names: new Map() },
    left: { steps: most, characters: CHARACTERS },
    now: { depth: 0, inside: 0, maybe: 0, idle: false, fetched: false },
    running: new Map(),
    defined: new Map(),
    invoke,
    body: executeBody,
    run: (source) => executeInner(parse(source), machine),
  };
  try {
    executeModule(parse(text).body, machine);
    idle(machine);
  } catch (error) {
    if (!(error instanceof TooDeep) && !(error instanceof OutOfSteps)) throw error;
    broken = true;
    seen.push(harm('UNINSPECTABLE', 'HIGH', { inspected: false, detector: 'limit' }));
  }
  take(steps, most - machine.left.steps);
  return { seen, broken };
}

function executeInner(program: Program, machine: Machine): Value {
  if (machine.now.depth > 12) throw new OutOfSteps();
  machine.now.depth += 1;
  const returns = program.body.some((one) => one.type === 'return');
  const value = returns ? executeBody(program.body, machine.globals, machine) : executeModule(program.body, machine);
  machine.now.depth -= 1;
  return value;
}

/** Functions that nothing here calls are read once, with unknown parameters. */
function idle(machine: Machine): void {
  machine.now.idle = true;
  for (let round = 0; round < 4 && machine.defined.size > 0; round += 1) {
    const waiting = [...machine.defined.values()];
    machine.defined.clear();
    for (const { value } of waiting) invoke(value, [], machine);
  }
}
