import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { readSecrets } from '../../../src/inspect/secrets/read-secrets.ts';

/** Random-looking but reproducible characters; whole secrets never stand in this file. */
function from(alphabet: string, length: number): string {
  let out = '';
  for (let i = 0; out.length < length; i += 1)
    for (const byte of createHash('sha256')
      .update(`${alphabet}${String(length)}${String(i)}`)
      .digest())
      out += alphabet[byte % alphabet.length] ?? '';
  return out.slice(0, length);
}
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MIXED = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const hex = (length: number): string => from('0123456789abcdef', length);
const any = (length: number): string => from(MIXED, length);
const low = (length: number): string => from(LOWER, length);

const found = (text: string): boolean => readSecrets(text, false).secrets.some(({ placeholder }) => placeholder !== true);
const known = (text: string): boolean => readSecrets(text).secrets.some(({ placeholder }) => placeholder !== true);

test('[INSPECT-173] a secret is found by its setting, its option or its line, with no table of vendors', () => {
  const texts = [
    `acme_${hex(40)}`,
    `acme_live_${hex(64)}`,
    'deploy --password hunTer7!x',
    'tool --db-password=k8vQ2m!z',
    `tool --api-key ${any(32)}`,
    'db.example.com:5432:shop:app:k8vQ2m!z',
    'machine api.example.com login bob password hunter',
    `define('AUTH_KEY', '${any(20)}%^ &*(${any(20)}');`,
    `SECRET_KEY = 'k(${any(20)}%#!${any(12)}'`,
    `APP_KEY=base64:${any(43)}=`,
    `DEVOPS_PAT=${low(52)}`,
    `circle token ${hex(40)}`,
    `my api key is ${any(32)}`,
    `the token was "${any(40)}"`,
    '-----BEGIN OpenVPN Static key V1-----\n0a1b\n-----END OpenVPN Static key V1-----',
    `https://${any(32)}@git.example.com/a/b.git`,
    `https://${any(40)}:x-oauth-basic@git.example.com/a`,
    `wallet private key 5${from('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', 50)}`,
    'username bob password 7 41D27A3C8E0D90FD11',
    'enable secret 9 $9$k8vQ2mzd7Tw4bN$rS8yCjG3p6L5a1eUo',
    'snmp-server community k8vQ2mzd7 RO',
    `AUTH PLAIN ${any(24)}`,
    'psk="k8vQ2m!zd7"',
    `kubeadm token: ${low(6)}.${low(16)}`,
    `storage account key ${any(86)}==`,
    `JWT_SECRET=${any(48)}`,
    `curl -u admin:k8vQ2m!z https://x.example`,
    `PGPASSWORD=k8vQ2m!z psql`,
  ];
  assert.deepEqual(
    texts.filter((text) => !found(text)),
    [],
  );
  const plain = [
    `sha256:${hex(64)}`,
    `commit_${hex(40)}`,
    `build_${hex(64)}`,
    `resp_${hex(48)}`,
    `chatcmpl-${any(29)}`,
    `cache-${any(30)}`,
    `toolu_${any(28)}`,
    `publicToken = "${any(40)}"`,
    `csrf token ${hex(40)}`,
    `<input name="authenticity_token" value="${any(60)}">`,
    `https://badge.example/x.svg?token=J217GFD69W`,
    'S3 key: uploads/2024/05/7251173e-b23b-434d-a00e-79826757e2dd.png',
    'key_down_event=l3Bmh.Gw3a_nRdrbXhZAF9',
    'src/a.c:5432:56:error:unused',
    'docker run --secret id=mysecret,src=file',
    'tool --password-file /run/secrets/pw1',
    'tool --token $TOKEN --api-key <your-key>',
    'the secret is patience and practice',
    'curl --user neo4j:[PASSWORD] http://x',
    `"integrity": "sha512-${any(86)}=="`,
    'cipher TLS-PSK-AES256-CBC-SHA384',
    'machine learning default login page password reset',
    'https://public@sentry.example/1',
    'Union[RSAPrivateKey, Ed25519PrivateKey, Ed448PublicKey]',
    'usage(prompt_tokens=input_tokens, completion_tokens=0)',
    'key: MCP_OAUTH2_TOKEN_CACHE_MIN_TTL',
    'auth: ``static-token``, ``oauth2-passthrough``',
    '`anthropic-beta: mcp-tunnels-2026-06-22`',
    '"approle_secret_id": "HCP_VAULT_APPROLE_SECRET_ID"',
    'stamps it on the bearer SubjectConfirmationData element',
    'cookie jar: refresh_token=current.oauth_refresh_token.value',
    'as passed to `network_group=`.',
  ];
  assert.deepEqual(plain.filter(known), []);
});

test('[INSPECT-174] a run along the alphabet in a format nothing else has is acted on, a mask or an example never', () => {
  const run = 'abcdefghijklmnopqrstuvwxyz0123456789';
  for (const text of [`npm_${run}`, `glpat-${run.slice(0, 20)}`, `${'ghp'}_${run}`, `dop_v1_${'0123456789abcdef'.repeat(4)}`])
    assert.ok(known(text), text);
  for (const text of [
    `npm_${'x'.repeat(36)}`,
    `npm_${'ab'.repeat(18)}`,
    `glpat-your-token-here-000`,
    `dop_v1_${'0'.repeat(64)}`,
    `npm_${'EXAMPLE'.repeat(5)}A`,
    `token=${run}`,
    `secret: "${run.slice(0, 26)}"`,
  ])
    assert.ok(!known(text), text);
  const both = `SONAR_TOKEN = "squ_12345678ABCDEFH1234567890ABCDEFH12345678"`;
  assert.ok(known(both), 'what one format takes for a mask another knows');
});
