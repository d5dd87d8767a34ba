import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { ServedFile } from './route.ts';

/** Kinds of files a page is made of; a file of another kind is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};

const START = 'index.html';
/** More is no page of ours. */
const MOST = { files: 2_000, bytes: 33_554_432 } as const;

/** What a page may do: run what came with it, ask where it came from, and nothing else; text never becomes markup (VIEW-5). */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types aegis",
  'cross-origin-opener-policy': 'same-origin',
} as const;

export interface ServedFolder {
  /** The file at an absolute path of a URL; null where there is none. */
  file(path: string): ServedFile | null;
  /** The page every path of its own begins with; null while nothing is built. */
  start(): ServedFile | null;
}

/**
 * The files of one folder, read whole into memory: what is not in its listing has no path, so nothing outside can be asked for. Read again
 * when the start page was written anew.
 */
export function servedFolder(folder: string): ServedFolder {
  let [files, written] = [new Map<string, ServedFile>(), -1];
  const current = (): ReadonlyMap<string, ServedFile> => {
    const now = statSync(join(folder, START), { throwIfNoEntry: false })?.mtimeMs ?? -1;
    if (now !== written) [files, written] = [now === -1 ? new Map<string, ServedFile>() : readAll(folder), now];
    return files;
  };
  return { file: (path) => current().get(path) ?? null, start: () => current().get(`/${START}`) ?? null };
}

function readAll(folder: string): Map<string, ServedFile> {
  const files = new Map<string, ServedFile>();
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const type = TYPES[extname(entry.name)];
    // A link is not followed: it may lead out of the folder.
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    bytes += content.length;
    if (files.size >= MOST.files || bytes > MOST.bytes) break;
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    files.set(url, { bytes: content, headers: headersOf(url, type) });
  }
  return files;
}

function headersOf(url: string, type: string): Readonly<Record<string, string>> {
  // Names below /assets/ hold a digest of the content: another content has another name.
  const cache = url.startsWith('/assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {};
  return { 'content-type': type, ...PAGE_HEADERS, ...cache };
}
