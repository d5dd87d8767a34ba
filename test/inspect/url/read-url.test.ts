import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { findUrls } from '../../../src/inspect/url/find-urls.ts';
import { readUrl } from '../../../src/inspect/url/read-url.ts';
import { worstRisk } from '../../../src/kernel/finding.ts';

const risk = (url: string): string => {
  const risks = readUrl(url, '/url').findings.map((finding) => finding.risk);
  return risks.length === 0 ? 'none' : worstRisk(risks);
};
const below = (urls: readonly string[], allowed: readonly string[]): string[] =>
  urls.filter((url) => !allowed.includes(risk(url))).map((url) => `${url} ${risk(url)}`);

test('[INSPECT-70] every spelling of an internal address is the address', () => {
  const urls = [
    'http://2130706434/x',
    'http://0x7f000002/',
    'http://017700000002/',
    'http://127.2/',
    'http://127.0.2/',
    'http://0177.0.0.2/',
    'http://0x7f.0.0.2/',
    'http://0x7f.1/',
    'http://010.0.0.5/',
    'http://0xa.0.0.5:80/',
    'http://167772165/',
    'http://172.16.5/',
    'http://0xc0a80a05/',
    'http://3232238085/',
    'http://383.256.256.257/',
    'http://[::ffff:10.0.0.5]/',
    'http://[::ffff:a00:5]/',
    'http://[::10.0.0.5]/',
    'http://[64:ff9b::10.0.0.5]/',
    'http://[2002:a00:5::]/',
    'http://[fe80::1%25eth0]/',
    'http://127.0.0.2.nip.io/',
    'http://10-0-0-5.sslip.io/',
    'http://app.0a000005.nip.io/',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://ⓛocalhost/',
    'http://loc%61lhost/',
    'http://x.localtest.me/',
    'http://make-10.0.0.5-rebind-10.0.0.6-rr.1u.ms/',
    'http://7f000001.0a000005.rbndr.us/',
    'http://localhost.localdomain/',
  ];
  assert.deepEqual(below(urls, ['CRITICAL']), []);
  assert.equal(readUrl('http://0x0a.5/', '/url').url?.host, '10.0.0.5');
});

test('[INSPECT-71] a host parsers disagree on is judged by every host it may mean', () => {
  const urls = [
    'http://example.org\\@10.0.0.5/',
    'http://10.0.0.5\\@example.org/',
    'http://example.org#@10.0.0.5/',
    'http://10.0.0.5#@example.org/',
    'http://a@b@10.0.0.5/',
    'http://10.0.0.5:80@example.org/',
    'http:\\\\10.0.0.5/',
    'http://exa\tmple.org/',
    'ht\ntp://10.0.0.5/',
    'http://user:pw@10.0.0.5:3000/',
    'http://example.org?@10.0.0.5/',
  ];
  assert.deepEqual(below(urls, ['HIGH', 'CRITICAL']), []);
});

test('[INSPECT-72] metadata is CRITICAL, development is MEDIUM, the open web is neither', () => {
  const metadata = [
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/',
    'http://METADATA.GOOGLE.INTERNAL./',
    'http://100.100.100.200/',
    'http://169.254.170.2/',
    'http://192.0.0.192/',
    'http://169.254.169.254.nip.io/',
    'https://168.63.129.16/',
    'http://metadata/',
    'http://a@169.254.169.254/',
  ];
  assert.deepEqual(below(metadata, ['CRITICAL']), []);
  assert.deepEqual(
    below(['http://localhost:3000/a', 'http://127.0.0.1:8080/', 'https://localhost:8443', 'http://192.168.1.5:8000/'], ['MEDIUM']),
    [],
  );
  assert.deepEqual(
    below(['http://localhost:6379/', 'http://127.0.0.1:2375/', 'http://10.0.0.5:22/', 'http://169.254.7.7/', 'http://192.168.1.5/'], ['HIGH']),
    [],
  );
  const open = [
    'https://example.org/a?b=c',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://例え.jp/',
    'https://example.org:8443/x#y',
    'http://example.org/',
    'https://github.com/a/b.git',
    'https://user.example.org/@name',
  ];
  assert.deepEqual(below(open, ['none', 'LOW']), []);
});

test('[INSPECT-74] schemes, carried URLs and leaving data are found', () => {
  const urls = [
    'gopher://example.org:70/_x',
    'dict://example.org/',
    'file:///etc/passwd',
    'ldap://example.org/',
    'tftp://example.org/x',
    'jar:file:///x!/',
    'netdoc:///etc/passwd',
    'php://filter/x',
    'javascript:alert(1)',
    'https://example.org/go?url=http://10.0.0.5/',
    'https://example.org/go?to=http%3A%2F%2F169.254.169.254%2F',
    'https://example.org/go?u=%2568ttp://localhost/',
    'https://example.org/r?next=//127.0.0.1/',
    'https://example.org/p/169.254.169.254/latest',
    `https://example.org/c?d=${'QUJD'.repeat(500)}`,
  ];
  assert.deepEqual(below(urls, ['HIGH', 'CRITICAL']), []);
});

test('[INSPECT-70] reading a URL is total, and passwords are not evidence', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => Array.isArray(readUrl(`http://${text}`, '').findings)),
    { numRuns: 300 },
  );
  assert.ok(!readUrl('http://bob:hunter2@10.0.0.5/', '').findings.some((finding) => finding.evidence.includes('hunter2')));
});

test('[INSPECT-71] URLs are found in text without the punctuation around them', () => {
  const text = 'see https://example.org/a_(b), or <http://10.0.0.5/x>. End';
  assert.deepEqual(
    findUrls(text).map((url) => url.text),
    ['https://example.org/a_(b)', 'http://10.0.0.5/x'],
  );
});
