import type { Digest } from '../kernel/ids.ts';
import type { Manifest } from '../kernel/policy.ts';
import { digestOf, sha256 } from '../wire/digest.ts';
import type { Fault, Report } from './fault.ts';
import { ManifestDocument } from './manifest-document.ts';
import { nameSet } from './names.ts';
import { linearPattern, PATTERN_HINT } from './pattern.ts';
import { resolveBytes, type Resolve } from './resolve.ts';
import { checkShape } from './shape.ts';
import { readSource } from './source.ts';

export interface ManifestTerms {
  /** Path of the manifest, for positions and to resolve the files it lists. */
  readonly file: string;
  readonly resolve: Resolve;
}

export type ManifestResult = { readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads, checks and compiles one `aegis-manifest.json`. Every field is either enforced or refused; all faults are reported. */
export function compileManifest(text: string, terms: ManifestTerms): ManifestResult {
  const source = readSource(text, terms.file);
  const faults: Fault[] = [...source.faults];
  const report: Report = (complaint) => faults.push(source.locate(complaint));
  if (source.value === undefined) return { ok: false, faults };
  if (!isJson(text)) report({ path: [], code: 'MANIFEST_INVALID', message: 'The manifest is not valid JSON', hint: 'Check quotes and commas.' });
  checkShape(ManifestDocument, source.value, report);
  if (faults.length > 0) return { ok: false, faults };
  const document = source.value as unknown as ManifestDocument;
  checkMeaning(document, report);
  checkFiles(document, terms, report);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, manifest: manifestOf(document, digestOf(source.value)) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Words in a tool's name that mean an effect outside the process, whatever separator the author likes. */
const EFFECTFUL = new Set([
  'exec',
  'shell',
  'bash',
  'run',
  'write',
  'delete',
  'net',
  'http',
  'https',
  'post',
  'put',
  'patch',
  'send',
  'fetch',
  'deploy',
]);

function effectful(document: ManifestDocument): boolean {
  const { exec, fs, net, tools } = document.permissions;
  const declared = [exec?.allowed_bins, fs?.write_roots, net?.domains].some((list) => (list ?? []).length > 0);
  return (
    declared ||
    (tools ?? []).some((tool) =>
      tool
        .toLowerCase()
        .split(/[^a-z0-9]/u)
        .some((word) => EFFECTFUL.has(word)),
    )
  );
}

function checkMeaning(document: ManifestDocument, report: Report): void {
  const { permissions, sandbox } = document;
  if (effectful(document) && sandbox?.required !== true) {
    const message = 'sandbox.required must be true when a manifest may execute, write, delete or reach the network';
    report({ path: sandbox ? ['sandbox', 'required'] : [], code: 'MANIFEST_INVALID', message, hint: 'Set "sandbox": { "required": true }.' });
  }
  for (const list of ['tools', 'approval_required'] as const)
    for (const [index, tool] of (permissions[list] ?? []).entries())
      if (/^\*+$/u.test(tool)) bare(['permissions', list, index], 'every tool', report);
  for (const [index, domain] of (permissions.net?.domains ?? []).entries()) checkDomain(domain, index, report);
  for (const [index, pattern] of (permissions.exec?.arg_patterns ?? []).entries()) {
    const compiled = linearPattern(pattern);
    if (typeof compiled !== 'string') continue;
    const path = ['permissions', 'exec', 'arg_patterns', index];
    report({ path, code: 'REGEX_INVALID', message: `The pattern cannot be used: ${compiled}`, hint: PATTERN_HINT });
  }
  for (const [index, bin] of (permissions.exec?.allowed_bins ?? []).entries())
    if (bin.includes('*')) bare(['permissions', 'exec', 'allowed_bins', index], 'programs by pattern', report);
  for (const side of ['read_roots', 'write_roots'] as const)
    for (const [index, root] of (permissions.fs?.[side] ?? []).entries()) checkRoot(root, ['permissions', 'fs', side, index], report);
}

function bare(path: readonly (string | number)[], what: string, report: Report): void {
  report({ path, code: 'BARE_WILDCARD', message: `A manifest may not ask for ${what}`, hint: 'Name what is needed.' });
}

function checkDomain(domain: string, index: number, report: Report): void {
  const path = ['permissions', 'net', 'domains', index];
  if (/^[*.]*$/u.test(domain)) return bare(path, 'every host', report);
  const host = domain.startsWith('*.') ? domain.slice(2) : domain;
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$/u.test(host) || /^\[?[0-9a-f:]+\]?$/u.test(host)) return;
  const hint = 'Write a lower-case host such as api.example.com, or *.example.com; no scheme, no path.';
  report({ path, code: 'BAD_FORMAT', message: `\`${domain}\` is not a host`, hint });
}

function checkRoot(root: string, path: readonly (string | number)[], report: Report): void {
  const hint = 'Write an absolute path, ~/…, or one relative to the working folder, without .. and without *.';
  if (root.includes('*') || root.includes('\0') || root.split('/').includes('..')) {
    report({ path, code: 'BAD_FORMAT', message: `\`${root}\` is not a folder Aegis can enforce`, hint });
  }
}

/** Files named under integrity.files lie beside the manifest; each hash is compared, each difference reported. */
function checkFiles(document: ManifestDocument, terms: ManifestTerms, report: Report): void {
  const folder = terms.file.includes('/') ? terms.file.slice(0, terms.file.lastIndexOf('/') + 1) : '';
  for (const [name, expected] of Object.entries(document.integrity?.files ?? {})) {
    const path = ['integrity', 'files', name];
    if (name.startsWith('/') || name.split('/').includes('..')) {
      report({
        path,
        code: 'BAD_FORMAT',
        message: `\`${name}\` is outside the manifest’s folder`,
        hint: 'List files beside the manifest.',
        atKey: true,
      });
      continue;
    }
    const bytes = resolveBytes(terms.resolve, folder + name);
    if (bytes === null) report({ path, code: 'FILE_MISSING', message: `\`${name}\` cannot be read`, hint: 'Restore it or remove it.', atKey: true });
    else if (sha256(bytes) !== expected) {
      const hint = 'The file changed since the manifest was made. Review it, then update the hash.';
      report({ path, code: 'FILE_DIGEST', message: `\`${name}\` is not the file the manifest was made for`, hint });
    }
  }
  for (const field of ['tree_sha256', 'signature'] as const) {
    if (document.integrity?.[field] === undefined) continue;
    // HOLE: listing a folder and checking a publisher's signature need more than reading named files; a claim we do not verify is refused.
    const message = `integrity.${field} is not verified by this version`;
    report({ path: ['integrity', field], code: 'MANIFEST_INVALID', message, hint: 'List the files under integrity.files instead.' });
  }
}

/** Without `permissions.fs` the declared tools alone say what is read, and nothing is written (docs/decisions/manifest-without-fs.md). */
const EVERYWHERE = ['/', '', '~'];

function manifestOf(document: ManifestDocument, digest: Digest): Manifest {
  const { permissions } = document;
  const budgets = permissions.budgets ?? {};
  return {
    name: document.name,
    version: document.version,
    publisher: document.publisher,
    digest,
    tools: nameSet(permissions.tools ?? []),
    readRoots: permissions.fs === undefined ? EVERYWHERE : (permissions.fs.read_roots ?? []),
    writeRoots: permissions.fs?.write_roots ?? [],
    domains: permissions.net?.domains ?? [],
    secrets: permissions.secrets ?? [],
    bins: permissions.exec?.allowed_bins ?? [],
    argPatterns: (permissions.exec?.arg_patterns ?? []).flatMap((pattern) => {
      const compiled = linearPattern(pattern);
      return typeof compiled === 'string' ? [] : [compiled];
    }),
    approvalRequired: nameSet(permissions.approval_required ?? []),
    budgets: {
      maxSteps: budgets.max_steps ?? 24,
      maxToolCalls: budgets.max_tool_calls ?? 12,
      maxWallTimeMs: budgets.max_wall_time_ms ?? 120_000,
      maxOutputBytes: budgets.max_output_bytes ?? 1_048_576,
      timeoutMs: budgets.timeout_ms ?? 30_000,
    },
  };
}
