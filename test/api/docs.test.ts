import assert from 'node:assert/strict';
import { test } from 'node:test';
import { docsPage } from '../../src/api/docs-page.ts';
import { running } from './daemon.ts';

test('[DOCS-1] /docs shows every route that /openapi.json names, and may load nothing but its own style sheet', async (context) => {
  const aegis = await running(context);
  const page = await aegis.ask('GET', '/docs');
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'; style-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  const { body } = await aegis.ask('GET', '/openapi.json');
  const paths = body['paths'] as Record<string, Record<string, { operationId: string }>>;
  let routes = 0;
  for (const [path, methods] of Object.entries(paths)) {
    for (const { operationId } of Object.values(methods)) {
      routes++;
      assert.ok(page.text.includes(`id="${operationId}"`) && page.text.includes(`href="#${operationId}"`), path);
    }
  }
  assert.ok(routes > 60);
  assert.doesNotMatch(page.text, /<script|<style|\bon\w+=|\bstyle="|javascript:|(?:src|href)="(?:https?:)?\/\//i);
  const hrefs = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? '');
  for (const href of hrefs.filter((one) => !one.startsWith('#'))) assert.equal((await aegis.ask('GET', href)).status, 200, href);
  for (const href of hrefs.filter((one) => one.startsWith('#'))) assert.ok(page.text.includes(`id="${href.slice(1)}"`), href);
});

test('[DOCS-1] whatever a document holds, it is shown and never obeyed', () => {
  const evil = `"><script>alert('1')</script>&`;
  const field = {
    type: 'object',
    required: [evil],
    properties: { [evil]: { type: 'string', description: evil, pattern: evil }, b: { enum: [evil] } },
  };
  const operation = {
    operationId: evil,
    summary: evil,
    tags: [evil],
    'x-aegis-role': [evil],
    'x-aegis-audited': [evil],
    parameters: [{ name: evil, in: 'query', schema: field }],
    requestBody: { content: { [evil]: { schema: field } } },
    responses: { [evil]: { content: { [evil]: {} } } },
  };
  const page = docsPage({ info: { title: evil, version: evil, description: evil }, paths: { [evil]: { get: operation } } });
  assert.doesNotMatch(page, /<script/);
  assert.equal(docsPage({}).includes('<main'), true, 'an empty document is a page too');
});

test('[DOCS-2] the page can be read by keyboard and follows light and dark', async (context) => {
  const aegis = await running(context);
  const { text } = await aegis.ask('GET', '/docs');
  assert.match(text, /<html lang="en">/);
  assert.match(text, /<a class="skip" href="#routes">/);
  for (const part of ['<header>', '<nav aria-label=', '<main id="routes" tabindex="-1">', '<summary>', 'name="viewport"'])
    assert.ok(text.includes(part), part);
  assert.doesNotMatch(text, /tabindex="[1-9]/);
  const style = await aegis.ask('GET', '/docs.css');
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8');
  for (const part of ['color-scheme: light dark', 'light-dark(', ':focus-visible']) assert.ok(style.text.includes(part), part);
  assert.doesNotMatch(style.text, /url\(|@import/);
});
