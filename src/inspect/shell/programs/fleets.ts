import type { Arg, ProgramReader, ProgramTable } from '../call.ts';
import { readOptions } from '../options.ts';
import type { OptionSpec } from '../options.ts';
import { joined } from '../words.ts';

/** Runs its operands on many machines as one command line, behind options that say on which. */
function everywhere(spec: OptionSpec, skip = 0): ProgramReader {
  return (call) => {
    const { operands } = readOptions(call.args, { ...spec, stop: true });
    const words = operands.slice(skip).filter(({ text }: Arg) => text !== '--');
    return words.length === 0 ? [] : [{ see: 'script', text: joined(words) }];
  };
}

const PARALLEL: OptionSpec = {
  short: 'hHlptoexXOg',
  long: ['hosts', 'host', 'user', 'par', 'timeout', 'outdir', 'errdir', 'extra-args', 'extra-arg', 'option', 'host-string', 'group'],
};
const parallel = everywhere(PARALLEL);

/** Clients that run a command line on a fleet. */
export const FLEETS: ProgramTable = {
  pdsh: everywhere({ short: 'wxglftucR' }),
  dsh: everywhere({ short: 'mgfrFn', long: ['machine', 'group', 'file', 'remoteshell'] }),
  clush: everywhere({ short: 'wxgXltuofRc', long: ['group', 'hostfile', 'user', 'timeout', 'options', 'worker'] }),
  pssh: parallel,
  'parallel-ssh': parallel,
  mpssh: everywhere({ short: 'fulptdos' }),
  sshpt: everywhere({ short: 'fhkudtsocp' }),
  orgalorg: everywhere({ short: 'osupkntC' }),
  srun: everywhere({ short: 'nNcptwAJoeDGCL', long: ['nodes', 'ntasks', 'partition', 'nodelist', 'account', 'time'] }),
};
