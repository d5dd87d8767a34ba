import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { pageFiles, pageFolder, pageRoutes } from '../../src/api/page.ts';
import type { ServedFile } from '../../src/http/route.ts';
import { running } from './daemon.ts';

async function built(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aegis-page-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html><title>Aegis</title>');
  await writeFile(join(folder, 'dist', 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, 'dist', 'run.sh'), 'echo');
  await writeFile(join(folder, 'dist', 'assets', 'app-abc.js'), 'export {};');
  await symlink(join(folder, 'secret.txt'), join(folder, 'dist', 'assets', 'link.txt'));
  return join(folder, 'dist');
}

test('[VIEW-5] GET / answers with the page or says how to get it, with nothing of a tenant', async (context) => {
  const aegis = await running(context);
  const answer = await aegis.ask('GET', '/');
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src '(?:none|self)'; .*frame-ancestors 'none'/);
  assert.equal((await aegis.ask('GET', '/nowhere')).body['code'], 'ROUTE_NOT_FOUND');
  assert.equal((await aegis.ask('POST', '/', { body: {} })).body['code'], 'METHOD_NOT_ALLOWED');
  assert.equal((await aegis.ask('POST', '/approvals', { body: {}, headers: { accept: 'text/html' } })).status, 404);
  assert.equal((await aegis.ask('GET', '/v1/nothing', { headers: { accept: 'text/html' } })).body['code'], 'ROUTE_NOT_FOUND');
});

test('[VIEW-5] files of the page have their types, a strict policy and no way out of the folder', async (context) => {
  const folder = await built(context);
  const page = pageFolder(folder);
  const files = pageFiles(page);
  const get = (url: string, accept = '*/*'): ServedFile | null => files({ method: 'GET', url, headers: { accept } });
  const script = get('/assets/app-abc.js?v=1');
  assert.equal(script?.headers['content-type'], 'text/javascript; charset=utf-8');
  assert.equal(script?.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(get('/favicon.svg')?.headers['content-type'], 'image/svg+xml; charset=utf-8');
  const policy = script?.headers['content-security-policy'] ?? '';
  assert.match(policy, /^default-src 'self'; base-uri 'none'; object-src 'none'; .*require-trusted-types-for 'script'; trusted-types aegis$/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  for (const url of [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/link.txt',
    '/run.sh',
    '//secret.txt',
    '/assets/',
    '/assets/app-abc.js%00.html',
    '/assets\\app-abc.js',
    '/__proto__',
    '/constructor',
  ])
    assert.equal(get(url), null, url);
  // A person's address of the page itself is the page; a program's is not.
  for (const url of ['/approvals', '/actions/a%2Fb?tab=why', '/agents/bot']) assert.equal(get(url, 'text/html')?.bytes, page.start()?.bytes, url);
  for (const url of ['/v1/approvals', '/api/v1/x', '/assets/gone.js', '/mcp/x']) assert.equal(get(url, 'text/html'), null, url);
  assert.equal(files({ method: 'HEAD', url: '/', headers: {} }), null);
});

test('[VIEW-5] a page that is built while the daemon runs is there at the next request', async (context) => {
  const folder = await built(context);
  const empty = pageFolder(join(folder, 'nothing'));
  const [root] = pageRoutes(empty);
  assert.match(String((root?.handle({} as never) as { body: string }).body), /npm run build -w cockpit/);
  const page = pageFolder(folder);
  const before = page.start()?.bytes.toString();
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>New</title>');
  await utimes(join(folder, 'index.html'), 2_000_000_000, 2_000_000_000);
  assert.notEqual(page.start()?.bytes.toString(), before);
});
