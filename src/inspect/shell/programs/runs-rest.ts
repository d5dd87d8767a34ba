import type { ProgramReader } from '../call.ts';
import { readOptions } from '../options.ts';
import type { OptionSpec } from '../options.ts';

/** Programs that run the rest of their line after their own options and `skip` operands. */
export function runsRest(spec: OptionSpec = {}, skip = 0): ProgramReader {
  return (call) => {
    const { operands } = readOptions(call.args, { ...spec, stop: true });
    return operands.length > skip ? [{ see: 'argv', argv: operands.slice(skip) }] : [];
  };
}
