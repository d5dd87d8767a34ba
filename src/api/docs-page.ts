import { isObject } from '../kernel/json.ts';
/** The API as one page of HTML, made from the OpenAPI document: no script, nothing from elsewhere (DOCS-1). */

type Plain = Readonly<Record<string, unknown>>;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly about: Plain;
}

/** Deeper shapes are left to the document itself. */
const DEEPEST = 6;

export function docsPage(document: Plain): string {
  const { title, version, description } = plain(document['info']);
  const groups = byTag(operationsOf(document));
  const menu = [...groups].map(([tag, list]) => `<li><a href="#${tag}">${text(tag)}</a><ul>${list.map(entry).join('')}</ul></li>`).join('');
  const body = [...groups].map(
    ([tag, list]) => `<section aria-labelledby="${tag}"><h2 id="${tag}">${text(tag)}</h2>${list.map(article).join('')}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)} ${text(version)} API</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<a class="skip" href="#routes">Skip to the routes</a>
<header><h1>${text(title)} <small>${text(version)}</small></h1><p>${text(description)}</p>
<p>Machines read <a href="/openapi.json">/openapi.json</a>. A key is sent as <code>Authorization: Bearer …</code>; every refusal is
<code>application/problem+json</code> with a <code>code</code> and a <code>hint</code>.</p></header>
<nav aria-label="Routes"><ul>${menu}</ul></nav>
<main id="routes" tabindex="-1">${body.join('\n')}</main>
</body>
</html>
`;
}

function operationsOf(document: Plain): readonly Operation[] {
  return Object.entries(plain(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(plain(methods)).map(([method, about]) => ({ method: method.toUpperCase(), path, about: plain(about) })),
  );
}

function byTag(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const one of operations) {
    const tag = String((one.about['tags'] as readonly unknown[] | undefined)?.[0] ?? 'other').replace(/[^a-z0-9-]/gi, '-');
    groups.set(tag, [...(groups.get(tag) ?? []), one]);
  }
  return groups;
}

const idOf = ({ about }: Operation): string => text(about['operationId']);

function entry(one: Operation): string {
  return `<li><a href="#${idOf(one)}"><span class="method">${one.method}</span> ${text(one.path)}</a></li>`;
}

function article(one: Operation): string {
  const { about } = one;
  const roles = list(about['x-aegis-role']);
  const records = list(about['x-aegis-audited']);
  const media = plain(plain(about['requestBody'])['content']);
  const answers = Object.entries(plain(about['responses'])).filter(([status]) => status !== 'default');
  return `<article aria-labelledby="${idOf(one)}"><h3 id="${idOf(one)}"><span class="method ${one.method.toLowerCase()}">${one.method}</span> <code>${text(one.path)}</code></h3>
<p>${text(about['summary'])}</p>
<p class="facts">${roles.length === 0 ? 'No key is needed.' : `For ${roles.map(text).join(', ')}.`} ${records.length === 0 ? 'Records nothing.' : `May record ${records.map((type) => `<code>${text(type)}</code>`).join(', ')}.`}</p>
${parameters(about['parameters'])}${body('Body', media)}${answers.map(([status, answer]) => body(`Answer ${status}`, plain(plain(answer)['content']))).join('')}</article>`;
}

function parameters(value: unknown): string {
  const rows = (Array.isArray(value) ? (value as readonly Plain[]) : []).map(
    (one) =>
      `<li><code>${text(one['name'])}</code> ${one['in'] === 'path' ? 'in the path' : 'in the query'}${one['required'] === true ? ', required' : ''}: ${shape(one['schema'], 1)}</li>`,
  );
  return rows.length === 0 ? '' : `<h4>Parameters</h4><ul class="fields">${rows.join('')}</ul>`;
}

function body(title: string, media: Plain): string {
  return Object.entries(media)
    .map(([type, of]) => {
      const schema = plain(of)['schema'];
      return schema === undefined
        ? `<p><b>${text(title)}</b>: <code>${text(type)}</code></p>`
        : `<details${title === 'Body' ? ' open' : ''}><summary>${text(title)} <code>${text(type)}</code></summary>${shape(schema, 0)}</details>`;
    })
    .join('');
}

/** One schema in words: its kind, its limits, and its fields as a list. */
function shape(value: unknown, depth: number): string {
  const schema = plain(value);
  const told = schema['description'] === undefined ? '' : ` — ${text(schema['description'])}`;
  const options = ['anyOf', 'oneOf'].flatMap((key) => (Array.isArray(schema[key]) ? (schema[key] as readonly unknown[]) : []));
  if (depth > DEEPEST) return `…${told}`;
  if (options.length > 0) return `one of ${options.map((one) => shape(one, depth + 1)).join(' or ')}${told}`;
  if (Array.isArray(schema['enum'])) return `${schema['enum'].map((one) => `<code>${text(one)}</code>`).join(' or ')}${told}`;
  if (schema['const'] !== undefined) return `<code>${text(schema['const'])}</code>${told}`;
  if (schema['type'] === 'array') return `list of ${shape(schema['items'], depth + 1)}${limits(schema)}${told}`;
  const fields = Object.entries(plain(schema['properties']));
  if (fields.length === 0) return `${text(schema['type'] ?? 'any JSON')}${limits(schema)}${told}`;
  const required = new Set(list(schema['required']));
  const rows = fields.map(
    ([name, of]) => `<li><code>${text(name)}</code>${required.has(name) ? ' <b>required</b>' : ''}: ${shape(of, depth + 1)}</li>`,
  );
  return `object${told}<ul class="fields">${rows.join('')}</ul>`;
}

const LIMITS = {
  minimum: 'at least',
  maximum: 'at most',
  minLength: 'shortest',
  maxLength: 'longest',
  minItems: 'fewest',
  maxItems: 'most',
  pattern: 'like',
} as const;

function limits(schema: Plain): string {
  const told = Object.entries(LIMITS).flatMap(([key, word]) => (schema[key] === undefined ? [] : [`${word} <code>${text(schema[key])}</code>`]));
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

function plain(value: unknown): Plain {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function text(value: unknown): string {
  const words = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return words.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
