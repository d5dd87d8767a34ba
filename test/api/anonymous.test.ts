import assert from 'node:assert/strict';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { isFromHere } from '../../src/http/hosts.ts';
import { running } from './daemon.ts';

const PAGES = ['/openapi.json', '/docs', '/docs.css'] as const;

/** The status of a GET, with these headers and no others. */
function get(url: string, path: string, headers: Readonly<Record<string, string>>): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: hostname.replace(/[[\]]/g, ''), port, path, headers: { ...headers }, setHost: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('[DOOR-17] the pages about the API need a key where they are asked for from beyond this machine', async (context) => {
  const aegis = await running(context, { config: { server: { host: '127.0.0.1', hosts: ['aegis.example'] } } as never });
  const { host } = new URL(aegis.daemon.url);
  const agent = await aegis.agent('bot');
  for (const path of PAGES) {
    assert.equal((await get(aegis.daemon.url, path, { host })).status, 200, `${path} on this machine`);
    const beyond = [
      { host: 'aegis.example' },
      { host, 'x-forwarded-for': '203.0.113.9' },
      { host, forwarded: 'for=203.0.113.9' },
      { host, via: '1.1 proxy' },
      { host, 'x-real-ip': '203.0.113.9' },
    ];
    for (const headers of beyond as readonly Record<string, string>[]) {
      const refused = await get(aegis.daemon.url, path, headers);
      assert.deepEqual([refused.status, (JSON.parse(refused.text) as { code: string }).code], [401, 'UNAUTHENTICATED'], JSON.stringify(headers));
      for (const key of [agent, aegis.admin])
        assert.equal((await get(aegis.daemon.url, path, { ...headers, authorization: `Bearer ${key}` })).status, 200, path);
      assert.equal((await get(aegis.daemon.url, path, { ...headers, authorization: 'Bearer aegis_agent_none' })).status, 401, path);
    }
  }
  for (const path of ['/healthz', '/readyz']) {
    const health = await get(aegis.daemon.url, path, { host: 'aegis.example' });
    assert.equal(health.status, 200);
    assert.deepEqual(Object.keys(JSON.parse(health.text) as object), ['status'], `${path} says nothing else`);
  }
});

test('[DOOR-17] a request from another address is from beyond this machine, whatever it says', async (context) => {
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).filter(({ internal, family }) => !internal && family === 'IPv4'));
  const peer = (remoteAddress: string): Parameters<typeof isFromHere>[0] =>
    ({ headers: { host: 'localhost' }, socket: { remoteAddress, localPort: 7411 } }) as unknown as Parameters<typeof isFromHere>[0];
  for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']) assert.equal(isFromHere(peer(address)), true, address);
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '1127.0.0.1', 'fe80::1', '']) assert.equal(isFromHere(peer(address)), false, address);
  const aegis = await running(context, { config: { server: { host: '0.0.0.0', hosts: own.map(({ address }) => address) } } as never });
  const { port } = new URL(aegis.daemon.url);
  for (const { address } of own) {
    for (const host of [address, 'localhost']) {
      for (const path of PAGES) assert.equal((await get(`http://${address}:${port}`, path, { host: `${host}:${port}` })).status, 401, host + path);
    }
  }
  for (const path of PAGES) assert.equal((await get(`http://127.0.0.1:${port}`, path, { host: `127.0.0.1:${port}` })).status, 200, path);
});
