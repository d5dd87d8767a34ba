import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { stage } from './conversation.ts';
import type { Conversation, Stage, Wire } from './conversation.ts';
import { badServer, POLICY, toolNamed, WAYS } from './misbehaving.ts';

const PATIENT = { timeout: 120_000 };
const HELD = /Aegis holds a link to (\S+)\. .*\(approval (\d+)\).*`aegis approvals grant \2 --reason "…"`/;

interface Place {
  readonly place: Stage;
  readonly agent: Conversation;
  /** What the server links to from now on. */
  link(uri: string): void;
}

async function local(context: TestContext): Promise<Place> {
  const place = await stage(context);
  const [file, link] = [join(place.folder, 'tools.json'), join(place.folder, 'link')];
  writeFileSync(file, JSON.stringify(['link', 'embedded', 'ask_link'].map((name) => toolNamed(name))));
  // Calls that are alike are a loop to the shipped policy; each run is a session of its own.
  const agent = place.talk({ env: { TOOLS: file, LINK: link } });
  await agent.initialize({ sampling: {} });
  return { place, agent, link: (uri) => writeFileSync(link, uri) };
}

const said = ({ result }: Wire): string => JSON.stringify(result);

/** The same file as a link of a tool, an embedded resource of a tool, and one of a prompt. */
const CARRIERS: Readonly<Record<string, (agent: Conversation, n: number) => Promise<Wire>>> = {
  'a link': async (agent, n) => (await agent.call('link', { n })).wire,
  'an embedded resource': async (agent, n) => (await agent.call('embedded', { n })).wire,
  'a prompt': (agent, n) => agent.ask('prompts/get', { name: 'p', arguments: { n: String(n) } }),
};

test(
  '[MCP-21] a file of this machine that any reading would be allowed passes under the shipped policy, whatever carries it',
  PATIENT,
  async (context) => {
    const { place, agent, link } = await local(context);
    let n = 0;
    for (const [carrier, show] of Object.entries(CARRIERS))
      for (const uri of ['file:///w/a.txt', 'file:///w/with%20space.md', 'FILE:///w/b.txt', 'file://localhost/w/c.txt']) {
        link(uri);
        const reply = await show(agent, ++n);
        assert.ok(said(reply).includes(uri), `${carrier} ${uri}: ${said(reply)}`);
      }
    const names = (await place.entries('action-decided')).map((entry) => (entry['body'] as { action: { name: string } }).action.name);
    assert.equal(names.filter((name) => name === 'resources/read').length, 12, 'each link is decided');
  },
);

test('[MCP-21] a file that is asked about is held and its approval named; once it is granted the same link passes', PATIENT, async (context) => {
  const { place, agent, link } = await local(context);
  let n = 0;
  const approvals = async (): Promise<readonly { readonly approval: string; readonly index: number }[]> =>
    (await place.aegis.ask('GET', '/v1/approvals', { key: place.aegis.admin })).body['approvals'] as never;
  for (const [carrier, show] of Object.entries(CARRIERS))
    for (const uri of ['file:///home/me/.ssh/id_rsa', 'file:///home/me/%2essh/id_ed25519', '\tfile:///home/me/.aws/credentials']) {
      link(uri);
      const reply = await show(agent, ++n);
      const [, , number = ''] = HELD.exec(JSON.parse(JSON.stringify(textIn(reply))) as string) ?? [];
      assert.notEqual(number, '', `${carrier} ${uri}: ${said(reply)}`);
      assert.ok(!said(reply).includes('"uri"'), 'the link itself is gone');
      assert.ok(!said(reply).includes('what the file says'));
      // Asked again it is the same question, not one more.
      await show(agent, ++n);
      const waiting = await approvals();
      assert.equal(waiting.length, 1, JSON.stringify(waiting));
      const [one] = waiting;
      assert.equal(String(one?.index), number, 'it is named by the number a person types');
      const granted = await place.aegis.ask('POST', `/v1/approvals/${one?.approval ?? ''}/grant`, {
        key: place.aegis.admin,
        body: { reason: 'seen' },
      });
      assert.equal(granted.status, 200, granted.text);
      assert.ok(said(await show(agent, ++n)).includes(JSON.stringify(uri).slice(1, -1)), `${carrier} ${uri}`);
    }
});

function textIn({ result }: Wire): string {
  const { content, messages } = (result ?? {}) as { content?: { text?: string }[]; messages?: { content: { text?: string } }[] };
  return [...(content ?? []), ...(messages ?? []).map((one) => one.content)].map(({ text }) => text ?? '').join('\n');
}

test('[MCP-21] a link inside a request of the server is decided like one in a result', PATIENT, async (context) => {
  const { agent, link } = await local(context);
  link('file:///home/me/.ssh/id_rsa');
  const asked = agent.call('ask_link');
  const question = await agent.until(({ method }) => method === 'sampling/createMessage');
  assert.match(JSON.stringify(question['params']), /Aegis holds a link to file:/);
  assert.ok(!JSON.stringify(question['params']).includes('resource_link'));
  agent.send({ id: question.id, result: { role: 'assistant', content: { type: 'text', text: 'ok' }, model: 'm' } });
  assert.ok(!(await asked).isError);
});

test(
  '[MCP-21] a remote server points to no file of this machine: in results, prompts, lists of resources and of templates',
  PATIENT,
  async (context) => {
    const uri = 'file:///w/a.txt';
    const embedded = { type: 'resource', resource: { uri, text: 'what the server says' } };
    const server = await badServer(context, ({ said: { method, params }, say }) => {
      const results: Readonly<Record<string, object>> = {
        'resources/list': {
          resources: [
            { uri, name: 'a' },
            { uri: 'note:///b', name: 'b' },
          ],
        },
        'resources/templates/list': {
          resourceTemplates: [
            { uriTemplate: 'FILE:///{path}', name: 'a' },
            { uriTemplate: 'note:///{n}', name: 'b' },
          ],
        },
        'prompts/get': { messages: [{ role: 'user', content: embedded }] },
        'tools/call': { content: params?.name === 'do_it' ? [{ type: 'resource_link', uri, name: 'a' }, embedded] : [] },
      };
      const result = results[method ?? ''];
      if (result === undefined) return false;
      say(result);
      return true;
    });
    const way = await WAYS['the gateway']?.(context, server.url, { policy: POLICY });
    assert.ok(way !== undefined);
    const call = await way.send({ id: 1, method: 'tools/call', params: { name: 'do_it', arguments: {} } });
    const prompt = await way.send({ id: 2, method: 'prompts/get', params: { name: 'p' } });
    for (const reply of [call, prompt]) {
      assert.ok(reply !== null && !said(reply).includes(uri), JSON.stringify(reply));
      assert.match(said(reply), /a remote server may not point to files of this machine/);
      assert.match(said(reply), /what the server says/, 'what it wrote itself stays');
    }
    for (const method of ['resources/list', 'resources/templates/list']) {
      const reply = await way.send({ id: 3, method });
      assert.ok(reply !== null && !/file:/i.test(said(reply).replace('files of', '')), said(reply as Wire));
      assert.match(said(reply), /note:/);
      assert.match(said(reply), /Aegis left out 1 entries/);
    }
    assert.equal((await way.entries('action-decided')).length, 2, 'nobody is asked about what is refused in every case');
  },
);

test('[MCP-21] more links than a result may hold are said to be left out', PATIENT, async (context) => {
  const place = await stage(context, POLICY);
  const file = join(place.folder, 'tools.json');
  writeFileSync(file, JSON.stringify([toolNamed('many_links')]));
  const agent = place.talk({ env: { TOOLS: file } });
  await agent.initialize();
  const { wire, text } = await agent.call('many_links', { n: 20 });
  assert.equal(said(wire).match(/"resource_link"/g)?.length, 16);
  assert.equal(text.match(/a result may hold 16 of them/g)?.length, 4);
});
