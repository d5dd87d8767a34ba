import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUrl } from '../../../src/inspect/url/read-url.ts';
import { shippedSays } from '../effect.ts';

test('[INSPECT-134] a host without a scheme is a URL where a tool or a program takes one', async () => {
  const says = await shippedSays();
  for (const url of [
    '169.254.169.254/latest/meta-data/',
    'metadata.google.internal/computeMetadata/v1/',
    '[::ffff:169.254.169.254]/latest',
    '0xA9FEA9FE/latest',
    '2852039166/latest',
    '10.0.0.8/admin',
    'localhost:9200/_cat',
    '127.0.0.1:6379',
  ])
    for (const key of ['url', 'uri']) assert.notEqual(says('fetch', { [key]: url }), 'allow', url);
  for (const command of ['curl 169.254.169.254/latest/meta-data/', 'wget -qO- metadata.google.internal/x', 'http GET 169.254.169.254/latest'])
    assert.notEqual(says('bash', { command }), 'allow', command);
  assert.notEqual(says('http_request', { host: '169.254.169.254', path: '/latest/meta-data/' }), 'allow');
  assert.notEqual(says('fetch', { urls: ['https://shop.example', '169.254.169.254/x'] }), 'allow');
  for (const url of ['shop.example/path', 'www.shop.example', 'localhost:3000', 'github.com/a/b']) assert.equal(says('fetch', { url }), 'allow', url);
  for (const command of ['curl shop.example', 'curl localhost:3000/health']) assert.equal(says('bash', { command }), 'allow', command);
  assert.equal(says('connect_database', { host: '10.0.0.5' }), 'allow');
  assert.equal(says('lookup_ip', { ip: '192.168.1.1' }), 'allow');
});

test('[INSPECT-135] every special range and every embedding of an address is judged as the address', () => {
  const stopped = (url: string): boolean => readUrl(url, '/u').findings.some(({ risk }) => risk === 'HIGH' || risk === 'CRITICAL');
  const inside = [
    'http://ann:pw@shop.example/',
    'ftp://files.example/a',
    'http://.shop.example/',
    'http://1.2.3.4.5/',
    'http://?x=1',
    'http://231.4.4.4/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://198.18.0.1/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://[fe80::a9fe:a9fe]/',
    'http://[2001:0:4136:e378:8000:63bf:5601:5601]/',
    'http://[fe80::5efe:10.0.0.5]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://169.254.42.42/conf',
    'http://169.254.170.9/v2/credentials',
    'http://metadata.vultr.com/v1.json',
    'http://metadata.platformequinix.com/metadata',
    'http://localh.st/',
    'http://localhost%00.shop.example/',
    'http://1.1.1.1 &@2.2.2.2# @127.0.0.1/',
  ];
  assert.deepEqual(
    inside.filter((url) => !stopped(url)),
    [],
  );
  const open = [
    'https://metadata.shop.example/',
    'https://[2001:db8::1]/',
    'https://223.5.5.5/',
    'https://shop.example/2024-10-11/x',
    'https://metadataweekly.example/',
  ];
  assert.deepEqual(open.filter(stopped), []);
});

test('[INSPECT-172] an address nobody can have, a name of a local network and a file behind a redirector are no open web', () => {
  const stopped = (url: string): boolean => readUrl(url, '/u').findings.some(({ risk }) => risk === 'HIGH' || risk === 'CRITICAL');
  const inside = [
    'http://[100::1]/',
    'http://[5f00::1]/',
    'http://[dead:beef::1]/',
    'http://[4000:1::]:8080/x',
    'http://[3fff:1::1]/',
    'http://db.local/',
    'http://web.service.consul/',
    'http://localdomain/',
    'http://vault.private/',
    'https://shop.example/?u=file:///etc/passwd',
    'https://shop.example/proxy/10.0.0.7:22/',
    'https://shop.example/proxy/127.0.0.1/admin',
    'https://shop.example/fetch/169.254.169.254',
    'https://shop.example/?host=10.0.0.7',
  ];
  assert.deepEqual(
    inside.filter((url) => !stopped(url)),
    [],
  );
  const open = [
    'https://[2606:4700::1111]/',
    'https://[2a00:1450::200e]/x',
    'https://wiki.example/page/127.0.0.1',
    'https://shop.example/10.0.0.1',
    'https://cdn.example/x.png?v=0.0.0.1',
    'https://cdn.example/x.js?version=10.0.0.1&a=b',
    'https://shop.example/releases/v10.0.0.1/x.tgz',
    'https://local.example/',
    'https://app.local.example/',
    'http://192.0.0.254/',
    'https://consul.example/',
  ];
  assert.deepEqual(open.filter(stopped), []);
});
