import type { Define } from './define.ts';
import { connection, LONG_MS } from './connection.ts';
import { examples } from './examples.ts';
import { EXIT } from './exit.ts';
import { policyFile, readText } from './files.ts';
import { readFilesBeside } from './policy-files.ts';
import { whole } from './numbers.ts';
import { json, line, note, tone, visible } from './print.ts';
import { table } from './screen/table.ts';
import type { CheckResult } from '../policy/compile.ts';
import type { ReadFiles } from './policy-files.ts';

interface FaultRow {
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** `aegis policy check|test|show|simulate|activate`. Check and test need no daemon. */
export const define: Define = (command) => {
  command
    .command('check <file>')
    .description('show every fault with line, column and hint; exit code 1 if there is one')
    .option('--json', 'print JSON')
    .action(check);
  command.command('test <file> <cases>').description('run test cases against a policy').option('--json', 'print JSON').action(test);
  command
    .command('show')
    .description('show the active policy')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const current = (await connection().get('/v1/policies/current')) as { name: string; digest: string; document: string };
      if (options.json === true) json(current);
      else line(`# ${current.name} ${current.digest}\n${current.document.trimEnd()}`);
    });
  command
    .command('simulate <file>')
    .description('show which past decisions would change')
    .option('--limit <number>', 'how many past actions', whole(1, 100_000), 10_000)
    .option('--json', 'print JSON')
    .action(simulate);
  command
    .command('activate <file>')
    .description('check a policy, then switch to it; with any fault the old one stays')
    .option('--json', 'print JSON')
    .action(activate);
  examples(command, [
    'aegis policy check team.yaml',
    'aegis policy test team.yaml team.cases.yaml',
    'aegis policy show',
    'aegis policy simulate team.yaml',
    'aegis policy activate team.yaml',
  ]);
};

interface Checked {
  readonly path: string;
  readonly document: string;
  readonly files: ReadFiles;
  readonly result: CheckResult;
}

async function checked(file: string): Promise<Checked> {
  const path = policyFile(file);
  const { checkPolicy } = await import('../policy/compile.ts');
  const [document, files] = [readText(path), readFilesBeside(path)];
  return { path, document, files, result: checkPolicy(document, files.resolve) };
}

async function check(file: string, options: { json?: true }): Promise<void> {
  tell(await checked(file), options);
}

function tell({ path, files, result }: Checked, options: { json?: true }): void {
  const faults: readonly FaultRow[] = result.ok ? [] : result.faults;
  if (faults.length > 0) process.exitCode = EXIT.failed;
  const omitted = result.ok ? 0 : result.omitted;
  if (options.json === true) return json({ ok: faults.length === 0, faults, ...(omitted === 0 ? {} : { omitted }) });
  if (faults.length === 0) return line(`${tone('good', 'No faults')} in ${path}${files.said()}.`);
  for (const fault of faults)
    line(`${path}:${String(fault.line)}:${String(fault.column)} ${tone('bad', fault.code)} ${visible(fault.message)}\n    → ${visible(fault.hint)}`);
  line(
    `${String(faults.length + omitted)} fault${faults.length === 1 ? '' : 's'}${omitted === 0 ? '' : `; the first ${String(faults.length)} are shown`}.`,
  );
}

/** What is sent is what was checked: the document and the very bytes of its files (POLICY-15). */
async function activate(file: string, options: { json?: true }): Promise<void> {
  const read = await checked(file);
  if (!read.result.ok) {
    tell(read, options);
    return note('Nothing was activated; the old policy stays.');
  }
  const { document, files } = read;
  const done = (await connection().post('/v1/policies/activate', { document, ...files.sent() })) as { digest: string; index: number };
  if (options.json === true) json(done);
  else line(`Active: ${done.digest.slice(0, 12)}${files.said()}, recorded as entry ${String(done.index)}.`);
}

async function test(file: string, cases: string, options: { json?: true }): Promise<void> {
  const path = policyFile(file);
  const { testPolicy } = await import('./conformance.ts');
  const { reportText } = await import('../lab/conform-report.ts');
  const report = await testPolicy(readText(path), readText(cases), readFilesBeside(path).resolve);
  if (report.failed > 0) process.exitCode = EXIT.failed;
  if (options.json === true) json(report);
  else line(reportText(report).trimEnd());
}

interface Flip {
  readonly index: number;
  readonly agent: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

async function simulate(file: string, options: { limit: number; json?: true }): Promise<void> {
  const { document, files } = await checked(file);
  const body = { document, ...files.sent(), limit: options.limit };
  const report = (await connection().post('/v1/policies/simulate', body, LONG_MS)) as {
    decided: number;
    flips: readonly Flip[];
  };
  if (options.json === true) return json(report);
  line(`${String(report.decided)} past actions decided again; ${String(report.flips.length)} decisions would change.`);
  if (report.flips.length > 0)
    line(
      table(
        ['#', 'agent', 'tool', 'was', 'would be', 'why'],
        report.flips.map((flip) => [String(flip.index), flip.agent, flip.name, flip.from, flip.to, flip.reason]),
      ),
    );
}
