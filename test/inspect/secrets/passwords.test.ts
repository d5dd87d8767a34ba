import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSecrets } from '../../../src/inspect/secrets/read-secrets.ts';

const kinds = (text: string): readonly string[] => readSecrets(text).secrets.flatMap(({ id, placeholder }) => (placeholder === true ? [] : [id]));
const each = (lines: string): readonly string[] => lines.trim().split('\n');

test('[INSPECT-143] a password is found however it is given', () => {
  const given = String.raw`
DB_PASSWORD=correcthorse9
mysql -u root -pWinter2024 shop
sshpass -p 'Blue-Heron3' ssh ops@h
docker login -u bot -p dckr9-hidden registry
redis-cli -a Str0ngRed1s ping
zip -P gehe1m99 a.zip b
net use Z: \\srv\share Passw0rt9! /user:dom\kim
export PGPASSWORD=hunter-valley-77
spring.datasource.password=Sommer!2023
{"user":"admin","password":"let-me-in-2024"}
<password>sUp3rS3cret</password>
<add key="Password" value="Pr0d#2024" />
ALTER USER app WITH PASSWORD 'Kornblume77'
CREATE USER 'a'@'%' IDENTIFIED BY 'Zwetschge5'
The admin password is Sonnenblume7 and has to be changed
machine api.x.io login me password g7hJ9kLmN2
user: kim pass: bluebird77
passwort: Hallo1234!
contraseña: Gato-negro5
пароль: Zima2024
密码：Spring2024
`;
  for (const line of each(given)) assert.ok(kinds(line).length > 0, line);
});

test('[INSPECT-143] hashes of passwords, keys, cookies and generated tokens are found by how they are built', () => {
  const built = String.raw`
$2b$12$eImiTXuWVxfM37uY4JANjQ.PqRsTzKd83hFbV0cLmWxYoNgAeUiHy
root:$6$Zx8kLmNp$7Yh3bVt0QwErTy2iOpKsDfGhJvLzXcMbNm9.qZ/tRw4uYe1rTgB6nHvCdSxPlKq:19000
admin:$apr1$xyz12345$Q0mJm8b9vYq3Zk1lPpLr01
$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$Kx8v0bQwR7tYz1LmNp4sUaEo2iDhGfJc
---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----
Cookie: theme=dark; sessionid=8f14e45fceea167a5a36dedd4bea2543
zz_sk_4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c
nk-prod-Qw8eRt5yUi2oPa7sDf4gHj1kLz6xCv3b
totp secret JBSWY3DPEHPK3PXPKQ2W7ZAE
seed phrase: witch collapse practice feed shame open despair creek road again ice least
`;
  for (const line of each(built)) assert.ok(kinds(line).length > 0, line);
});

test('[INSPECT-143] what only looks like it is none', () => {
  const plain = String.raw`
password: string
password: Optional[str] = None
password = getpass.getpass()
password=$DB_PASSWORD
Password: [REDACTED]
The password must be at least 12 characters long
password_reset_at: 2024-11-30T12:00:00Z
password_hash_algorithm: argon2id
tests passed: 1200
pass: true
compass: north-east2
mkdir -p src/components2
mysql -u root -p shop
docker run -p 8080:80 nginx
"bucket_key": "MonthlyReport-2.1"
conversation_key=session-2024-summary
idempotency_key: 7c9e6679-7425-40de-944b-e07fc1f90ae7
img/x.ico-0cc175b9c0f1b6a831c399e269772661.png
md5: 0cc175b9c0f1b6a831c399e269772661
assets/index-BxQz81Kd.js
rhf_SponsoredProductsRemoteSearchResultsPagination2
image: registry.example.com/app/backend:2024-11-30-a1b2c3d
secretKeyRef: { name: db-creds, key: password }
`;
  for (const line of each(plain)) assert.deepEqual(kinds(line), [], line);
});
