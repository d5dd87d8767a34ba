import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { approvalOf, because, stage } from './bound-stage.ts';
import type { Decided } from './bound-stage.ts';

/** Commands with the files that are in the folder, and those of them that are bound. */
const NAMED: readonly (readonly [command: string, bound: readonly string[]])[] = [
  ['kubectl apply -f f.yaml', ['f.yaml']],
  ['kubectl apply --filename=f.yaml --dry-run', ['f.yaml']],
  ['kubectl apply -ff.yaml', ['f.yaml']],
  ['cd sub && sh y.sh', ['sub/y.sh']],
  ['(cd sub; ./y.sh now)', ['sub/y.sh']],
  ['pushd sub && bash ./y.sh && popd', ['sub/y.sh']],
  ['env -C sub ./y.sh', ['sub/y.sh']],
  ['make -C sub all', ['sub/Makefile']],
  ['git -C sub apply p.patch', ['sub/p.patch']],
  ['sh sub/y.sh', ['sub/y.sh']],
  ['bash -c "sh sub/y.sh"', ['sub/y.sh']],
  ['python script.py --in data.csv', ['script.py', 'data.csv']],
  ['python3 -u ./script.py', ['script.py']],
  ['node --require ./pre.js app.js', ['pre.js', 'app.js']],
  ['terraform apply plan', ['plan']],
  ['docker build -f D .', ['D']],
  ['docker build .', ['Dockerfile']],
  ['psql -f q.sql app', ['q.sql']],
  ['psql app < q.sql', ['q.sql']],
  ['psql -c "\\i q.sql" app', ['q.sql']],
  ['sqlite3 app.db ".read q.sql"', ['app.db', 'q.sql']],
  ['cat q.sql | mysql app', ['q.sql']],
  ['bash < run', ['run']],
  ['source env.sh', ['env.sh']],
  ['. ./env.sh && true', ['env.sh']],
  ['curl -d @body.json https://api.example', ['body.json']],
  ['curl -F "file=@body.json" https://api.example', ['body.json']],
  ['curl -T body.json https://api.example', ['body.json']],
  ['aws ec2 run-instances --cli-input-json file://body.json', ['body.json']],
  ['ansible-playbook site.yml -i hosts', ['site.yml', 'hosts']],
  ['helm upgrade -f values.yaml web chart', ['values.yaml']],
  ['patch -p1 < p.patch', ['p.patch']],
  ['git apply p.patch', ['p.patch']],
  ['sudo -u www ./run', ['run']],
  ['nohup ./run &', ['run']],
  ['timeout 5 ./run', ['run']],
  ['find . -name x -exec ./run {} +', ['run']],
  ['npm run build', ['package.json']],
  ['make deploy', ['Makefile']],
  ['ssh host bash < run', ['run']],
  ['crontab jobs', ['jobs']],
  ['F=f.yaml; kubectl apply -f $F', ['f.yaml']],
  ['go run main.go', ['main.go']],
  ['uv run script.py', ['script.py']],
  ['rm -rf sub', []],
  ['git push origin main', []],
  ['echo f.yaml', []],
  ['chmod +x run', []],
];

test('[ASK-30] the files a command reads or runs are bound, wherever the command names them, and no others', async (t) => {
  const on = await stage(t);
  for (const [at, [command, files]] of NAMED.entries()) {
    const folder = join(on.folder, `row-${String(at)}`);
    mkdirSync(join(folder, 'sub'), { recursive: true });
    for (const file of [...files, 'elsewhere.txt']) writeFileSync(join(folder, file), `holds ${file}`);
    const asked = approvalOf(await on.propose(command, undefined, folder));
    const bound = (await on.files(asked)).filter(({ sha256 }) => sha256 !== undefined).map(({ path = '' }) => path);
    assert.deepEqual(bound.toSorted(), files.map((file) => join(folder, file)).toSorted(), command);
    assert.equal((await on.grant(asked)).effect, 'allow', command);
  }
});

test('[ASK-30] a tool’s arguments name files too; what it only writes is not bound', async (t) => {
  const on = await stage(t);
  on.write('f.yaml', 'one');
  const ask = async (args: object, terms: object = { cwd: on.folder }, name = 'deploy'): Promise<string> => {
    const { body } = await on.daemon.ask('POST', '/v1/actions', { key: on.key, body: { session: 's', name, args, ...terms } });
    return approvalOf(body as unknown as Decided);
  };
  const whole = join(on.folder, 'f.yaml');
  const paths = async (approval: string): Promise<readonly string[]> =>
    (await on.files(approval)).flatMap(({ path, sha256 }) => (sha256 === undefined ? [] : [path ?? '']));
  assert.deepEqual(await paths(await ask({ manifest: 'f.yaml' })), [whole]);
  assert.deepEqual(await paths(await ask({ manifest: whole }, {})), [whole]);
  assert.deepEqual(await paths(await ask({ steps: [{ run: ['apply', 'f.yaml'] }], cwd: on.folder }, {})), [whole]);
  assert.deepEqual(await paths(await ask({ path: whole, content: 'other' }, {}, 'write_file')), []);
  assert.deepEqual(await paths(await ask({ text: 'see f.yaml for more' })), []);
});

test('[ASK-31] what cannot be bound is said with the question: unknown folder, computed name, folder, pipe, device, too large, too many', async (t) => {
  const on = await stage(t);
  mkdirSync(join(on.folder, 'sub'));
  writeFileSync(join(on.folder, 'big.sql'), '');
  truncateSync(join(on.folder, 'big.sql'), 16_777_217);
  assert.equal(spawnSync('mkfifo', [join(on.folder, 'pipe')]).status, 0);
  const why = async (command: string, cwd?: string | null): Promise<readonly (string | undefined)[]> => {
    const asked = approvalOf(await on.propose(command, undefined, cwd));
    const found = (await on.files(asked)).map(({ unbound }) => unbound);
    assert.equal((await on.grant(asked)).effect, 'allow', command);
    return found;
  };
  assert.deepEqual(await why('kubectl apply -f f.yaml', null), ['no-folder']);
  assert.deepEqual(await why('kubectl apply -f sub'), ['folder']);
  assert.deepEqual(await why('kubectl apply -k sub'), ['folder']);
  assert.deepEqual(await why('docker build .'), ['absent', 'folder'].toSorted());
  assert.deepEqual(await why('kubectl apply -f "k*.yaml"'), ['computed']);
  assert.deepEqual(await why('bash < pipe'), ['special']);
  assert.deepEqual(await why('bash < /dev/zero'), ['special']);
  assert.deepEqual(await why('bash < /proc/self/environ'), ['special']);
  assert.deepEqual(await why('psql -f big.sql app'), ['too-large']);
  for (let at = 0; at < 70; at++) on.write(`m${String(at)}.sql`, String(at));
  const most = await why(`cat ${Array.from({ length: 10_000 }, (_, at) => `m${String(at)}.sql`).join(' ')} | psql app`);
  assert.equal(most.filter((one) => one === undefined).length, 64);
  assert.equal(most.at(-1), 'too-many');
});

test('[ASK-31] a file that is not there is bound to not being there; it is named when it appears', async (t) => {
  const on = await stage(t);
  const asked = approvalOf(await on.propose('kubectl apply -f f.yaml'));
  assert.deepEqual(
    (await on.files(asked)).map(({ unbound }) => unbound),
    ['absent'],
  );
  on.write('f.yaml', 'one');
  assert.match(because(await on.grant(asked)), /`f\.yaml` appeared/);
  // A make that would be read before the one that was there.
  on.write('Makefile', 'all:');
  const made = approvalOf(await on.propose('make all'));
  on.write('GNUmakefile', 'all:\n\trm -rf x');
  assert.match(because(await on.grant(made)), /`GNUmakefile` appeared/);
});
