import type { Route } from '../http/route.ts';
import { route } from '../http/route.ts';
import { jsonObject } from '../http/shapes.ts';
import { ERRORS } from '../errors.ts';
import { EVERYONE } from '../kernel/role.ts';
import { docsPage } from './docs-page.ts';
import { DOCS_STYLE } from './docs-style.ts';

type Plain = Record<string, unknown>;

/** OpenAPI 3.1 of a list of routes: the schemas are the very ones requests are checked against. */
export function openApi(routes: readonly Route[], version: string): Plain {
  const paths: Record<string, Plain> = {};
  for (const one of routes) {
    const path = one.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[one.method.toLowerCase()] = operation(one);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Aegis',
      version,
      description: 'Every action an agent wants to take is decided, recorded and provable before it happens.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:7411' }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: PROBLEM },
      responses: {
        Problem: {
          description: 'RFC 9457 problem details',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'hint'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS).sort() },
    detail: { type: 'string' },
    hint: { type: 'string' },
    pointer: { type: 'string', description: 'RFC 6901 pointer into the request' },
  },
};

/** An empty one among others: without a key, too. */
const SECURITY: Readonly<Record<Route['auth'], readonly Plain[]>> = { key: [{ key: [] }], beyond: [{}, { key: [] }], none: [] };

function operation(one: Route): Plain {
  const media = 'contentType' in one.response ? { [String(one.response.contentType)]: {} } : { 'application/json': { schema: one.response } };
  const parameters = [...fields(one.params, 'path'), ...fields(one.query, 'query')];
  return {
    operationId: operationId(one),
    summary: one.doc.summary,
    tags: [one.doc.tag],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(one.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: one.body } } } }),
    responses: { [String(one.status ?? 200)]: { description: 'Success', content: media }, default: { $ref: '#/components/responses/Problem' } },
    security: SECURITY[one.auth],
    'x-aegis-role': one.role,
    'x-aegis-audited': one.audited,
  };
}

function fields(schema: Route['params'], place: 'path' | 'query'): readonly Plain[] {
  if (schema === undefined) return [];
  const required = new Set((schema as { readonly required?: readonly string[] }).required ?? []);
  return Object.entries(schema.properties).map(([name, of]) => ({ name, in: place, required: required.has(name), schema: of }));
}

/** `POST /v1/approvals/:id/grant` → `postV1ApprovalsIdGrant`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** What a page may do: show itself with its own style sheet, and nothing else. */
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};
/** A person reads them in a browser, which sends no key: on this machine none is needed (DOOR-17). */
const OPEN = { method: 'GET', auth: 'beyond', role: EVERYONE, tenant: 'none', audited: [] } as const;

/** Says what every route is, itself included: for machines and, on a page of its own, for people. */
export function withOpenApi(routes: readonly Route[], version: string): readonly Route[] {
  const all: Route[] = [...routes];
  const document = (): Plain => openApi(all, version);
  let page: string | null = null;
  all.push(
    route({ ...OPEN, path: '/openapi.json', doc: { summary: 'This document', tag: 'daemon' }, response: jsonObject(), handle: document }),
    route({
      ...OPEN,
      path: '/docs',
      doc: { summary: 'This document as a page for people', tag: 'daemon' },
      response: { contentType: 'text/html; charset=utf-8' },
      handle: () => ({ contentType: 'text/html; charset=utf-8', headers: PAGE_HEADERS, body: (page ??= docsPage(document())) }),
    }),
    route({
      ...OPEN,
      path: '/docs.css',
      doc: { summary: 'The style sheet of that page', tag: 'daemon' },
      response: { contentType: 'text/css; charset=utf-8' },
      handle: () => ({ contentType: 'text/css; charset=utf-8', body: DOCS_STYLE }),
    }),
  );
  return all;
}
