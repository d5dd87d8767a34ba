import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { readShell } from '../../../src/inspect/shell/read-shell.ts';
import { list } from './bash/grammar.ts';
import { executable, recorder } from './bash/recorder.ts';
import type { Started } from './bash/recorder.ts';
import { unseen } from './bash/seen.ts';

/** A fixed sample: the same lines on every machine. */
const SAMPLE = { seed: 20_261_121, numRuns: 700 } as const;
const LONGEST = 400;
const AT_ONCE = 4;

interface Run {
  readonly line: string;
  readonly started: readonly Started[] | null;
}

async function runAll(bash: string, lines: readonly string[]): Promise<readonly Run[]> {
  const recording = recorder(bash);
  const waiting = [...lines];
  const runs: Run[] = [];
  const work = async (): Promise<void> => {
    for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) runs.push({ line, started: await recording.run(line) });
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    recording.close();
  }
  return runs;
}

/** Lines on which a reading once differed from Bash, or a way around it was thought of; every one starts `foo x` at the least. */
const ONCE_DIFFERENT = [
  '{f..f}oo x',
  'c=zz | true; f${c}oo x',
  '(c=zz); f${c}oo x',
  'false && c=zz; f${c}oo x',
  'c=zz & wait; true; f${unset_one}oo x',
  'a=foo; b=bar; false && a=bar; true && b=x; $a $b',
  'c=zz; unset c; f${c}oo x',
  'c=zz; export c=; f${c}oo x',
  "c=zz; bash -c 'f${c}oo x'",
  "c=zz; c= eval 'f${c}oo x'",
  'a=bar; b=foo; if true; then a=$b; fi; c=$a; $c x',
  'a=; : ${a:=foo}; $a x',
  'a=f; false && a+=zz; ${a}oo x',
  'bar {1,$(foo x)}',
  'bar {1,<(foo x)}',
  'bar 2<(foo x)',
  'case a in $(foo x)) ;; *) ;; esac',
  'bar $(( foo x ) )',
  'bar $(printf y; foo x)$(echo)',
  'echo x | xargs foo',
  'list=(foo bar); $list x',
  'bar "$(foo "x")"',
  'foo $(echo) x',
  'bash -s x <<< \'foo "$1"\'',
  'bash -c \'foo "$@"\' n x',
  "false || bash -c 'eval \"$1\"' n 'foo x'",
  'bash -c \'foo "$@"\' n $(echo x y)',
  "set -- bar; bash -c 'foo x$1'",
  'list=(bar foo); "${list[1]}" x',
  'list=(bar foo x); "${list[@]:1}"',
  'list=(foo x); ${list[-2]} x',
  'false && list=(bar); list+=(foo); "${list[@]}" x',
  "compgen -W '$(foo x)' y; true",
  'echo x y | xargs -n 1 foo',
  "eval foo x '#<'",
  'foo x ${unset_one-\\\n}',
  'bar || IFS=,; a=b,c; foo $a',
  'true || list=(a b); foo "${list[@]:1}"',
  'foo \\${a..c}',
  'echo y | xargs -n 1 foo <<< ""',
  'echo y | xargs -n 1 foo <&-',
  'bash -c "bash -c \'foo x $unset_one\'"',
  'x=$(echo foo x); bash -c "bash -c \'$x\'"',
] as const;

test('[INSPECT-32] every program that a real Bash starts was seen with its words, or the line was said to be unreadable', async (context) => {
  const bash = executable('bash');
  if (bash === null) {
    assert.equal(process.env['CI'], undefined, 'CI has no bash: the shell reader cannot be held against one');
    context.diagnostic('there is no bash here, so nothing was compared');
    return;
  }
  const sampled = fc.sample(list, SAMPLE).filter((line) => line.length <= LONGEST);
  const runs = await runAll(bash, [...ONCE_DIFFERENT, ...sampled]);
  const compared = runs.map(({ line, started }) => ({ line, ended: started !== null, started: started ?? [], ...unseen(line, started ?? []) }));
  assert.deepEqual(
    compared
      .filter(({ missed, ended }) => missed.length > 0 || !ended)
      .map(({ line, missed }) => ({ line, missed, saw: readShell(line, '').commands })),
    [],
  );
  for (const { line, started } of compared) {
    if ((ONCE_DIFFERENT as readonly string[]).includes(line))
      assert.ok(
        started.some(({ name }) => name === 'foo'),
        `${line} starts nothing`,
      );
  }
  const flagged = compared.filter((one) => one.flagged).length;
  const count = compared.reduce((sum, { started }) => sum + started.length, 0);
  context.diagnostic(`${String(compared.length)} lines, ${String(count)} programs started, ${String(flagged)} lines unreadable`);
  assert.ok(count > 500 && flagged < compared.length / 5, `${String(count)} started, ${String(flagged)} flagged`);
});

test('[INSPECT-33] a value lives where the shell keeps it: harm is found behind every way to change or lose one', () => {
  const missed = [
    '(x=ls); x=rm; (x=ls); $x -rf /',
    'x=rm; (x=ls); $x -rf /',
    'x=rm; x=ls & $x -rf /',
    'x=zz; unset x; r${x}m -rf /',
    'x=zz; export x=; r${x}m -rf /',
    'x=zz; readonly y=1 x=; r${x}m -rf /',
    "x=zz; bash -c 'r${x}m -rf /'",
    "export x=rm; bash -c '$x -rf /'",
    'x=ls; if a; then x=rm; fi; y=$x; $y -rf /',
    'a=ls; b=x; if a; then a=r; fi; if b; then b=m; fi; $a$b -rf /',
    '{r..r}m -rf /',
    'case x in $(rm -rf /)) ;; esac',
    'echo {a,$(rm -rf /)}',
    'x=(rm ls); $x -rf /',
    'x=(ls rm); ${x[1]} -rf /',
    'x=(ls rm -rf /); "${x[@]:1}"',
    `bash -c 'echo ${'a'.repeat(17_000)}; rm -rf /'`,
    `bash -c 'rm -rf "$1"' n /`,
    `bash -s / <<< 'rm -rf "$1"'`,
  ].filter((line) => !readShell(line, '').findings.some(({ risk }) => risk === 'CRITICAL'));
  assert.deepEqual(missed, []);
  for (const line of [
    'x=$(curl https://example.com/x); sh -c "python3 -c \'$x\'"',
    'sh -c "sh -c \'$(cat f)\'"',
    'x=(ls rm); ${x[$(wc -l < f)]} -rf /',
    'x=zz | true; r${x}m -rf /',
    'x=zz; read x < f; r${x}m -rf /',
    'x=zz; printf -v x ""; r${x}m -rf /',
    'cat 2<(rm -rf /)',
    'x=; : ${x:=rm}; $x -rf /',
  ])
    assert.ok(
      readShell(line, '').findings.some(({ risk, inspected }) => risk === 'CRITICAL' || !inspected),
      line,
    );
});
