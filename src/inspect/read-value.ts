import type { Finding, Risk } from '../kernel/finding.ts';
import { readCommandFragment } from './command/read-command-fragment.ts';
import { found } from './found.ts';
import { lifecycleOf } from './formats/lifecycle.ts';
import { readPatch } from './formats/patch.ts';
import type { Written } from './formats/written.ts';
import type { Gathered } from './gather.ts';
import { addCommands, addPaths, addUrls } from './gather.ts';
import { languageOf, windowsOf } from './language.ts';
import type { Readers, ShellSight } from './readers.ts';
import type { Role } from './role.ts';
import { climbs } from './shape.ts';
import { readInjection } from './text/read-injection.ts';

export interface ValueContext {
  readonly into: Gathered;
  readonly readers: Readers;
  readonly toolWords: readonly string[];
  /** The folder a command starts in, where it is not the project's. */
  readonly at?: string;
  /** The tool stores or commits text: phrases in it are carried, not spoken. */
  readonly writing: boolean;
}

/** One reading of one value by the readers its role asks for. Adds facts and findings; never throws for what the value holds. */
export function readValue(text: string, role: Role, pointer: string, context: ValueContext): void {
  const { into, readers } = context;
  switch (role.type) {
    case 'shell':
      shell(text, pointer, context);
      break;
    case 'maybe-shell':
      maybeShell(text, pointer, context);
      break;
    case 'code':
      ran(readers.source(languageOf(text, context.toolWords), text, pointer), pointer, context);
      break;
    case 'sql':
      sql(text, pointer, context);
      if (role.guessed === true) into.findings.push(...readers.fragment(text, pointer));
      break;
    case 'path': {
      const sight = readers.path(text, pointer, role.access);
      into.findings.push(...sight.findings);
      addPaths(into, sight.paths);
      plain(text, pointer, context);
      break;
    }
    case 'url':
      url(text, pointer, context, role.bare === true);
      // Only a climb to something sensitive: dots in a query are mostly just dots.
      if (/\?[^#]*(?:\.\.|%2e)/i.test(text))
        into.findings.push(...readers.path(text, pointer, 'read').findings.filter((one) => one.risk === 'CRITICAL'));
      if (/[\s`]|\$\(/.test(text)) into.findings.push(...readCommandFragment(text, pointer));
      break;
    case 'recipient':
      for (const one of text.split(/[,;]\s*/)) if (one !== '' && one.length <= 320) into.recipients.add(one.trim());
      plain(text, pointer, context);
      break;
    case 'plain':
      plain(text, pointer, context);
      if (climbs(text)) into.findings.push(...readers.path(text, pointer, 'unknown').findings);
      break;
    case 'patch':
      for (const { path, access, added } of readPatch(text)) {
        if (path === '') continue;
        const sight = readers.path(path, pointer, access);
        into.findings.push(...sight.findings);
        addPaths(into, sight.paths);
        into.operations.add(access);
        readWritten({ path, content: added, pointer }, context);
      }
      break;
    case 'prose':
      break;
  }
  const runs = role.type === 'shell' || role.type === 'code' || role.type === 'sql' || context.writing;
  into.findings.push(...readInjection(text, pointer, runs ? 'carried' : 'argument'));
}

/** What installing or building runs of a file that is written is read as what it runs. */
export function readWritten({ path, content, pointer }: Written, { into, readers }: ValueContext): void {
  for (const one of lifecycleOf(path, content)) {
    const sight = one.type === 'shell' ? readers.shell(one.text, pointer) : readers.source(one.language, one.text, pointer);
    into.findings.push(...sight.findings);
    for (const url of sight.urls) into.findings.push(...readers.url(url, pointer).findings.map(own));
  }
}

function shell(text: string, pointer: string, context: ValueContext): void {
  const windows = windowsOf(text, context.toolWords);
  if (windows !== undefined) {
    ran(context.readers.source(windows.language, text, pointer), pointer, context);
    if (windows.sure) return;
    // Where only the text says so, what Bash would do with it counts too, so far as it can be read.
    const bash = context.readers.shell(text, pointer);
    ran({ ...bash, findings: bash.findings.filter((one) => one.inspected) }, pointer, context);
    return;
  }
  const sight = context.readers.shell(text, pointer, context.at);
  // An editor command of SWE-agent carries the new lines up to `end_of_edit`; that they are no shell is expected, what they would do is still said.
  const editor = context.toolWords.includes('swe') && /^edit\b[^\n]{0,40}\n/.test(text) && text.trimEnd().endsWith('end_of_edit');
  ran(editor ? { ...sight, findings: sight.findings.filter((one) => one.inspected) } : sight, pointer, context);
}

function ran(sight: ShellSight, pointer: string, { into, readers }: ValueContext): void {
  into.findings.push(...sight.findings);
  addCommands(into, sight.commands);
  addPaths(into, sight.paths);
  into.categories.add('shell');
  into.operations.add('execute');
  for (const one of sight.urls) {
    const read = readers.url(one, pointer);
    into.findings.push(...read.findings.map(own));
    addUrls(into, read.urls);
  }
  operations(into, sight.findings);
}

/** A shell on a developer's machine talks to that machine's own services, and to those of its network by their names, all day; only a disguise of it stays suspicious. */
function own(finding: Finding): Finding {
  // FTP is still how some archives are mirrored.
  if (finding.code === 'URL_SCHEME' && /^ftps?:/i.test(finding.evidence)) return { ...finding, risk: 'LOW' };
  return finding.code === 'SSRF_INTERNAL' && finding.risk === 'HIGH' && (LOOPBACK.test(finding.evidence) || NAMED.test(finding.evidence))
    ? { ...finding, risk: 'MEDIUM' }
    : finding;
}

const NAMED = /^(?:https?:\/\/)?[\w.-]{1,200}\.(?:intranet|corp|lan|home\.arpa|local|private|svc|consul|localdomain)(?:[:/?#]|$)/i;
const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/i;

/** A key says command, the tool does not: what is no command line at all ("turn left, don't stop") is a word for something else. */
function maybeShell(text: string, pointer: string, { into, readers }: ValueContext): void {
  const sight = readers.shell(text, pointer);
  const unread = sight.findings.some((one) => !one.inspected);
  const prose = unread && !/[/$|;&`<>=-]/.test(text);
  if (prose) return;
  into.findings.push(...sight.findings);
  addCommands(into, sight.commands);
  addPaths(into, sight.paths);
  if (sight.findings.length > 0) into.categories.add('shell');
  operations(into, sight.findings);
}

function sql(text: string, pointer: string, { into, readers }: ValueContext): void {
  const sight = readers.sql(text, pointer);
  into.findings.push(...sight.findings);
  for (const table of sight.tables) into.tables.add(table);
  into.categories.add('database');
  operations(into, sight.findings);
  for (const one of sight.operations) into.operations.add(one);
}

function url(text: string, pointer: string, { into, readers }: ValueContext, bare: boolean): void {
  const sight = readers.url(text, pointer);
  // A database or a printer is given as a host of one's own network every day.
  const findings = bare
    ? sight.findings.map((one) => (one.code === 'SSRF_INTERNAL' && one.risk === 'HIGH' ? { ...one, risk: 'MEDIUM' as const } : one))
    : sight.findings;
  into.findings.push(...findings);
  if (bare && findings.length === 0) return;
  addUrls(into, sight.urls);
  into.categories.add('network');
}

function plain(text: string, pointer: string, { into, readers }: ValueContext): void {
  into.findings.push(...readers.fragment(text, pointer));
  const command = readCommandFragment(text, pointer);
  if (command.length === 0) return;
  const tail = text.slice(command[0]?.span?.[0] ?? 0).replace(/^[;|&\s`]+/, '');
  const worst = readers.shell(tail, pointer).findings.find((one) => one.risk === 'CRITICAL');
  into.findings.push(...command);
  if (worst !== undefined) into.findings.push(worst);
}

function operations(into: Gathered, findings: readonly Finding[]): void {
  for (const one of findings) {
    if (one.operation !== undefined) into.operations.add(one.operation);
    if (one.category !== undefined) into.categories.add(one.category);
  }
}

/** What could not be decoded within the budget: asked about where it could run, recorded where it is only carried (INSPECT-4, INSPECT-5). */
export function unfinished(pointer: string, text: string, role: Role): Finding {
  const risk: Risk = role.type === 'prose' ? 'MEDIUM' : 'HIGH';
  return found({ detector: 'limit', code: 'UNINSPECTABLE', risk, pointer, text, inspected: false });
}
