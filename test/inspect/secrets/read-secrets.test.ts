import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { prefilter } from '../../../src/inspect/secrets/aho.ts';
import { readSecrets } from '../../../src/inspect/secrets/read-secrets.ts';

/** Random-looking but reproducible characters; whole secrets never stand in this file. */
function random(seed: string, length: number, alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'): string {
  let out = '';
  for (let i = 0; out.length < length; i++)
    for (const byte of createHash('sha256').update(`${seed}${i}`).digest()) out += alphabet[byte % alphabet.length];
  return out.slice(0, length);
}
const HEX = '0123456789abcdef';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const real = (text: string): readonly string[] =>
  readSecrets(text)
    .secrets.filter((one) => one.placeholder !== true)
    .map((one) => one.id);

test('[INSPECT-8] credentials of providers are found wherever they stand', () => {
  const cases: Record<string, string> = {
    'aws-access-key': `AKIA${random('a', 16, UPPER)}`,
    'github-pat': `ghp_${random('b', 36)}`,
    'gitlab-pat': `glpat-${random('c', 20)}`,
    'slack-bot': `xoxb-${'2'.repeat(2)}${random('d', 10, '0123456789')}-${random('d', 24)}`,
    'stripe-secret': `sk_live_${random('e', 24)}`,
    'sendgrid-key': `SG.${random('f', 22)}.${random('g', 43)}`,
    'npm-token': `npm_${random('h', 36)}`,
    'google-key': `AIza${random('i', 35)}`,
    'huggingface-token': `hf_${random('j', 34, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')}`,
    'digitalocean-token': `dop_v1_${random('k', 64, HEX)}`,
    'shopify-access': `shpat_${random('l', 32, HEX)}`,
    'telegram-bot': `${random('m', 9, '123456789')}:AA${random('n', 33)}`,
    'anthropic-key': `sk-ant-api03-${random('o', 93)}AA`,
  };
  for (const [id, secret] of Object.entries(cases)) {
    for (const text of [secret, `token: "${secret}"`, `use ${secret} for the call`, `https://x.example/?k=${secret}&y=1`]) {
      assert.ok(real(text).length > 0, `${id} in ${text.slice(0, 30)}`);
    }
    assert.deepEqual(real(secret), [id]);
  }
});

test('[INSPECT-8] keys, URLs with passwords, connection strings and assignments are credentials by structure', () => {
  const word = random('p', 22);
  for (const text of [
    `-----BEGIN RSA PRIVATE KEY-----\n${random('q', 64)}\n-----END RSA PRIVATE KEY-----`,
    `postgres://app:${word}@db.internal:5432/app`,
    `Server=db;Database=x;User Id=sa;Password=${word};`,
    `DB_PASSWORD=${word}`,
    `client_secret: "${word}"`,
    `"apiKey": "${word}"`,
    `curl -u admin:${word} https://x.example`,
    `Authorization: Bearer ${word}${word}`,
  ]) {
    assert.ok(real(text).length > 0, text.slice(0, 40));
  }
});

test('[INSPECT-8] placeholders, variables, names and public identifiers are not secrets', () => {
  for (const text of [
    'API_KEY=your-api-key-here',
    'password = "changeme"',
    'token: ${GITHUB_TOKEN}',
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${'x'.repeat(36)}`,
    'primary_key = "customer_id_2024"',
    'The secret of a good soup is time.',
    'keyboard: mechanical-87-keys',
    'max_tokens=4096',
    'commit 3f2c1ab9d7e04c5f8a6b1c2d3e4f5a6b7c8d9e0f',
    'id: 29f63271-dc2f-4734-8221-5b31b5169bac',
    'password: hunter',
    'author = "Jane Miller 1979"',
  ]) {
    assert.deepEqual(real(text), [], text);
  }
});

test('[INSPECT-8] the prefilter finds exactly what a search for each keyword finds', () => {
  const keywords = ['key', 'keys', 'he', 'she', 'hers', '-----begin', 'eyj'];
  const filter = prefilter(keywords);
  fc.assert(
    fc.property(fc.array(fc.constantFrom('s', 'h', 'e', 'r', 'k', 'E', 'y', '-', 'j', 'é', ' '), { maxLength: 60 }), (chars) => {
      const text = chars.join('');
      const hits: string[] = [];
      filter.scan(text, (id, end) => hits.push(`${keywords[id]} ${end}`));
      const expected: string[] = [];
      for (const word of keywords)
        for (let at = text.toLowerCase().indexOf(word); at >= 0; at = text.toLowerCase().indexOf(word, at + 1))
          expected.push(`${word} ${at + word.length}`);
      assert.deepEqual(hits.sort(), expected.sort());
    }),
  );
});
