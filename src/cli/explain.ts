import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Define } from './define.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import { json, line, visible } from './print.ts';
import { noteVerifier } from '../log/note-key.ts';
import type { NoteVerifier } from '../log/note-key.ts';
import { runsFolder } from './run/place.ts';
import { certificateOf, storyOf } from './run/report.ts';
import type { Reported } from './run/report.ts';
import { certificateFault } from './run/verify-certificate.ts';

/** `aegis explain <run|session>`: the story of a run that was killed, from the folder it left. */
export const define: Define = (command) => {
  command
    .argument('[run|session]', 'which run; without one, the last that was killed')
    .option('--certificate', 'print the certificate alone, as JSON')
    .option('--verify <file>', 'verify a certificate offline; exit code 1 when it does not hold')
    .option('--key <vkey>', 'the key of the log, for --verify: `key.pub` in its folder of checkpoints')
    .option('--json', 'print everything that is kept, as JSON')
    .action((name: string | undefined, options: ExplainOptions) => {
      if (options.verify !== undefined) return verify(options.verify, options.key);
      const reported = found(name);
      if (options.certificate === true) return json(certificateOf(reported));
      if (options.json === true) return json(reported);
      for (const text of storyOf(reported)) line(visible(text));
    });
  examples(command, [
    'aegis explain',
    'aegis explain 5f0c2c3e-…',
    'aegis explain my-session --certificate > certificate.json',
    'aegis explain --verify certificate.json --key "aegis-…+…"',
  ]);
};

interface ExplainOptions {
  readonly certificate?: true;
  readonly verify?: string;
  readonly key?: string;
  readonly json?: true;
}

function verify(file: string, vkey: string | undefined): void {
  const key = vkey === undefined ? null : noteVerifier(vkey.trim());
  if (key === null)
    throw new CliError(
      EXIT.usage,
      'USAGE',
      vkey === undefined ? 'No key is given to verify with.' : 'That is no key of a log.',
      'Give the text of `key.pub`: --key "aegis-…+…".',
    );
  let certificate: unknown;
  try {
    certificate = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(EXIT.usage, 'UNREADABLE', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const fault = faultIn(certificate, key);
  if (fault !== null) process.exitCode = EXIT.failed;
  line(fault === null ? `ok   ${file}: ${key.name} signed a log that holds what it says` : `BAD  ${file}: ${fault}`);
}

function faultIn(certificate: unknown, key: NoteVerifier): string | null {
  try {
    return certificateFault(certificate, key);
  } catch {
    return 'it does not have the shape of a certificate';
  }
}

/** @throws CliError where no run of this name was killed here */
function found(name: string | undefined): Reported {
  const folder = runsFolder(process.env);
  const kept = read(folder).filter(({ end, session }) => name === undefined || end.run === name || session === name);
  const newest = kept.toSorted((a, b) => b.startedAt - a.startedAt)[0];
  if (newest !== undefined) return newest;
  const what = name === undefined ? 'No run was killed here.' : `No run or session \`${name}\` was killed here.`;
  throw new CliError(EXIT.conflict, 'NOT_FOUND', what, `Runs that were killed leave a folder in ${folder}.`);
}

function read(folder: string): readonly Reported[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(folder, name, 'run.json'), 'utf8')) as Reported];
    } catch {
      // Half written, or not one of ours.
      return [];
    }
  });
}
