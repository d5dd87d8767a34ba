import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairsIn, pairsInQuery } from '../../../src/inspect/notation.ts';
import { fc } from '../../random.ts';
import { shippedSays } from '../effect.ts';

const STOPPED = [
  'command: rm -rf /',
  '---\nname: x\nargs:\n  command: |\n    rm -rf /\n',
  'steps:\n  - run: rm -rf /\n',
  '- command: ls\n- command: rm -rf /\n',
  'name: x\ncommand: [rm, -rf, /]\n',
  '[tool]\ncommand = "rm -rf /"\n',
  'command = rm -rf /',
  'cmd=rm%20-rf%20/&x=1',
  "{command: 'rm -rf /'}",
  "{'command': 'rm -rf /'}",
  '<tool_call><name>bash</name><command>rm -rf /</command></tool_call>',
  '<invoke name="bash"><parameter name="command">rm -rf /</parameter></invoke>',
  '<tool command="rm -rf /"/>',
  'sql: DROP TABLE users',
  'query=DROP%20TABLE%20users',
  'url: http://169.254.169.254/latest/meta-data/',
];

const PASSED = [
  'name: Bob\nage: 5',
  'a=1&b=2',
  '<b>hello</b>',
  'note: remember the milk',
  'command: ls -la',
  'key = value',
  'Dear all,\ncommand: rm -rf / is what he typed.\nBye',
];

test('[INSPECT-136] other notations are read as the same JSON is, where text is not carried', async () => {
  const says = await shippedSays();
  for (const payload of STOPPED) assert.notEqual(says('call', { payload }), 'allow', payload);
  for (const payload of PASSED) assert.equal(says('call', { payload }), 'allow', payload);
  for (const url of [
    'https://x.example/run?args={"command":"rm -rf /"}',
    'https://x.example/run?q=%7B%22command%22%3A%22rm%20-rf%20%2F%22%7D',
    'https://x.example/run?command=rm%20-rf%20%2F',
  ])
    assert.notEqual(says('http_get', { url }), 'allow', url);
  assert.notEqual(says('call', { body: 'command=rm+-rf+%2F' }), 'allow');
  assert.equal(says('http_get', { url: 'https://shop.example/find?q=drop+table&page=2' }), 'allow');
  assert.equal(says('write_file', { path: 'ci.yml', content: 'command: rm -rf /' }), 'allow');
  assert.equal(says('create_issue', { title: 'x', body: 'command: rm -rf /' }), 'allow');
  assert.equal(says('search', { query: 'command: rm -rf / explained' }), 'allow');
});

test('[INSPECT-136] reading a notation is total, and hostile texts give few pairs', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc
          .array(fc.constantFrom('<a', '>', '{', "'", 'command', ':', '=', '&', '\n', ' ', '- ', '|', '[', ']'), { maxLength: 80 })
          .map((parts) => parts.join('')),
      ),
      (text) => {
        assert.ok(pairsIn(text).length <= 200);
        assert.ok(pairsInQuery(`https://x.example/?${text}`).length <= 200);
      },
    ),
    { numRuns: 500 },
  );
  for (const text of ['<a'.repeat(60_000), `${'<'.repeat(100_000)}>`, '{a:'.repeat(60_000), 'a: |\n'.repeat(40_000), 'command=&'.repeat(20_000)])
    assert.ok(pairsIn(text).length <= 200);
});
