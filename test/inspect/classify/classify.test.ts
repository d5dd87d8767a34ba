import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Category, Operation } from '../../../src/kernel/finding.ts';
import { classifyName } from '../../../src/inspect/classify/classify.ts';
import { wordsOf } from '../../../src/inspect/classify/words.ts';

test('[INSPECT-9] a name is read word by word in every spelling', () => {
  assert.deepEqual(wordsOf('mcp__github__deleteRepo'), ['mcp', 'github', 'delete', 'repo']);
  assert.deepEqual(wordsOf('HTTPRequest.sendNow'), ['http', 'request', 'send', 'now']);
  assert.deepEqual(wordsOf('read-file_v2'), ['read', 'file', 'v2']);
});

test('[INSPECT-9] categories and operations follow from the words of a name', () => {
  const cases: [string, Category | undefined, Operation | undefined][] = [
    ['send_email', 'communication', 'send'],
    ['gmail.sendMessage', 'communication', 'send'],
    ['transfer_funds', 'payment', 'pay'],
    ['pay_invoice', 'payment', 'pay'],
    ['delete_user', undefined, 'delete'],
    ['deleteUserAccount', undefined, 'admin'],
    ['grant_role', undefined, 'admin'],
    ['read_file', 'file', 'read'],
    ['mcp__fs__write_file', 'file', 'write'],
    ['run_shell_command', 'shell', 'execute'],
    ['execute_sql', 'database', 'execute'],
    ['publish_package', 'supply-chain', 'deploy'],
    ['http_get', 'network', 'read'],
    ['get_payment_status', 'payment', 'read'],
    ['list_transfers', undefined, 'read'],
  ];
  for (const [name, category, operation] of cases) {
    const seen = classifyName(name);
    if (category !== undefined) assert.ok(seen.categories.includes(category), `${name}: ${seen.categories.join()}`);
    if (operation !== undefined) assert.ok(seen.operations.includes(operation), `${name}: ${seen.operations.join()}`);
  }
  assert.ok(!classifyName('get_payment_status').operations.includes('pay'));
  assert.ok(!classifyName('payload_reader').categories.includes('payment'));
  assert.ok(!classifyName('discover_shellfish').categories.includes('shell'));
});
