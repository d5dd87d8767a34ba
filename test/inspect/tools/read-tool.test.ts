import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { shippedSays } from '../effect.ts';
import type { Says } from '../effect.ts';
import { fc } from '../../random.ts';
import { PASSED, STOPPED } from './cases.ts';

let says: Says;
before(async () => {
  says = await shippedSays();
});

const said = ({ name, args }: { readonly name: string; readonly args: string }): string => says(name, JSON.parse(args) as JsonObject);
const of = (pattern: RegExp, calls: typeof STOPPED): typeof STOPPED => calls.filter(({ name, args }) => pattern.test(`${name} ${args}`));
const lines = (calls: typeof STOPPED): string[] => calls.map(({ name, args }) => `${name} ${args}`);

const PLACES = /\/dev\/|[A-Z]:\\\\|"(?:path|folder|pattern|filename)"/;
const STORES = /redis|valkey|mongo|elastic|neo4j|influx|by_query|graphql/;
const RIGHTS = /grant|role|group|iam|access_key|acl|public|share|assign/;
const PAID = /transfer|payment|crypto|sell|withdraw|loan|order/;

test('[INSPECT-130] a place a tool deletes, writes or moves away is judged as by the command that does the same', () => {
  assert.deepEqual(lines(of(PLACES, STOPPED).filter((one) => said(one) === 'allow')), []);
  assert.deepEqual(lines(of(PLACES, PASSED).filter((one) => said(one) !== 'allow')), []);
});

test('[INSPECT-131] verb, object and scope of a tool say what is lost, stopped or switched off, under any name', () => {
  assert.deepEqual(lines(STOPPED.filter((one) => said(one) === 'allow')), []);
  assert.deepEqual(lines(PASSED.filter((one) => said(one) !== 'allow')), []);
});

test('[INSPECT-131] a tool whose name says nothing is taken at the word of its declaration', () => {
  const told = (description: string): string => says('op7', {}, { name: 'op7', description });
  assert.equal(told('Permanently deletes all users of the tenant.'), 'ask');
  assert.equal(told('Drops the database.'), 'ask');
  assert.equal(told('Lists deleted users.'), 'allow');
  assert.equal(told('Removes an item from the cart.'), 'allow');
  assert.equal(says('delete_workspace', { id: 'w1' }), 'ask');
  assert.equal(says('remove_workspace_member', { id: 'u1' }), 'allow');
  // A name that says less than the declaration does not take anything back.
  assert.equal(says('get_op', {}, { name: 'get_op', description: 'Deletes all users.' }), 'ask');
  assert.equal(says('list_users', {}, { name: 'list_users', description: 'Lists all users, also deleted ones.' }), 'allow');
});

test('[INSPECT-132] rights for a master, doors for everybody and large payments are asked about, small ones are not', () => {
  for (const pattern of [RIGHTS, PAID]) {
    assert.ok(of(pattern, STOPPED).length > 5);
    assert.deepEqual(lines(of(pattern, STOPPED).filter((one) => said(one) === 'allow')), []);
    assert.deepEqual(lines(of(pattern, PASSED).filter((one) => said(one) !== 'allow')), []);
  }
});

test('[INSPECT-133] stores that are spoken to in languages of their own are read in them', () => {
  assert.deepEqual(lines(of(STORES, STOPPED).filter((one) => said(one) === 'allow')), []);
  assert.deepEqual(lines(of(STORES, PASSED).filter((one) => said(one) !== 'allow')), []);
});

test('[INSPECT-131] reading a tool is total over names and arguments of any kind', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc
      .array(fc.constantFrom('delete', 'all', 'user', 'drop', 'set', 'role', 'pay', '__', '.', 'from'), { maxLength: 8 })
      .map((words) => words.join('_')),
  );
  fc.assert(
    fc.property(name, fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 3 })), (tool, args) => {
      const effect = says(tool === '' ? 't' : tool, args as JsonObject);
      assert.ok(/^(?:allow|ask|deny|modify|defer)$/.test(effect));
    }),
    { numRuns: 300 },
  );
});
