import { fileURLToPath } from 'node:url';
import type { ServerDeps } from '../http/server.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { servedFolder } from '../http/served-folder.ts';
import type { ServedFolder } from '../http/served-folder.ts';

/** Where the built page lies, in a checkout and in a package. */
const BUILT = fileURLToPath(new URL('../../cockpit/dist', import.meta.url));

export function pageFolder(folder = BUILT): ServedFolder {
  return servedFolder(folder);
}

/** Paths of programs: an unknown one is a problem, never the page. */
const FOR_PROGRAMS = /^\/(?:v\d+|api|mcp|hooks?|assets)(?:\/|$)/i;

/** What no route answers: a file of the page, and the page itself where a person opens one of its own addresses. */
export function pageFiles(folder: ServedFolder): NonNullable<ServerDeps['files']> {
  return ({ method, url = '/', headers }) => {
    if (method !== 'GET') return null;
    const [path = '/'] = url.split(/[?#]/, 1);
    const file = folder.file(path);
    if (file !== null || FOR_PROGRAMS.test(path)) return file;
    return headers.accept?.includes('text/html') === true ? folder.start() : null;
  };
}

/** Of the page that says how to get the other one. */
const PLAIN_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

const PLAIN = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Aegis</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<main>
<h1>Aegis is running</h1>
<p>The dashboard is not built here. In the folder of Aegis, run <code>npm run build -w cockpit</code>, then reload this page.</p>
<p>Everything it shows is there without it: <code>aegis status</code>, <code>aegis actions</code> and <code>aegis approvals</code> on the command
line, and <a href="/docs">every route of the API</a>.</p>
</main>
</body>
</html>
`;

/** `GET /`: the page for people, or how to get it; never 404 (VIEW-5). */
export function pageRoutes(folder: ServedFolder): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/',
      auth: 'none',
      role: [],
      tenant: 'none',
      audited: [],
      doc: { summary: 'The dashboard; it says nothing of a tenant before somebody logs in', tag: 'dashboard' },
      response: { contentType: 'text/html; charset=utf-8' },
      handle: () => {
        const start = folder.start();
        const contentType = 'text/html; charset=utf-8';
        if (start === null) return { contentType, headers: PLAIN_HEADERS, body: PLAIN };
        return { contentType, headers: start.headers, body: start.bytes.toString('utf8') };
      },
    }),
  ];
}
