import { isKnownProgram } from '../../inspect/program-names.ts';
import type { CommandFact, Facts, Finding, UrlFact } from '../../kernel/finding.ts';
import { SEALED } from '../../kernel/sealed.ts';
import type { MaskPointer } from './mask-pointer.ts';

const SCHEMES: ReadonlySet<string> = new Set(
  'http https ws wss ftp ftps sftp ssh git file data mailto javascript ldap gopher s3 gs redis postgres mysql'.split(' '),
);
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const programName = (bin: string): string => (bin === '' || isKnownProgram(bin) ? bin : SEALED);

function maskCommand({ bin, argv, dynamic, pointer }: CommandFact, at: MaskPointer): CommandFact {
  return { bin: programName(bin), argv: argv.length === 0 ? argv : [SEALED], dynamic, pointer: at(pointer) };
}

function maskUrl({ scheme, port, method, pointer }: UrlFact, at: MaskPointer): UrlFact {
  return {
    url: SEALED,
    scheme: SCHEMES.has(scheme) ? scheme : SEALED,
    host: SEALED,
    ...(port === undefined ? {} : { port }),
    ...(method === undefined ? {} : { method: METHODS.has(method) ? method : SEALED }),
    pointer: at(pointer),
  };
}

function isBare({ commands, paths, urls, hosts, tables, recipients, amounts }: Facts): boolean {
  return commands.length + paths.length + urls.length + hosts.length + tables.length + recipients.length + amounts.length === 0;
}

/**
 * What an entry shows of the facts: categories, operations, names of known programs, kinds of access, how many of each. The same object where
 * there is nothing to mask (LOG-30).
 */
export function maskFacts(facts: Facts, at: MaskPointer): Facts {
  if (isBare(facts)) return facts;
  const masked = (texts: readonly string[]): readonly string[] => texts.map(() => SEALED);
  return {
    categories: facts.categories,
    operations: facts.operations,
    commands: facts.commands.map((command) => maskCommand(command, at)),
    paths: facts.paths.map(({ access, pointer }) => ({ path: SEALED, access, pointer: at(pointer) })),
    urls: facts.urls.map((url) => maskUrl(url, at)),
    hosts: masked(facts.hosts),
    tables: masked(facts.tables),
    recipients: masked(facts.recipients),
    // A number has no place for a mask, and an account number is one too.
    amounts: [],
  };
}

/** What a value says that was cut. */
export const CUT_OFF = 'larger than may be kept; the end was cut off';

/** Evidence in words of our own. */
const OURS: ReadonlySet<string> = new Set(['', CUT_OFF, 'nested deeper than 64 levels']);

/** How many parts of a kind a prompt holds that were not read (LLM-21). */
const UNREAD = /^(?:image|audio|video|file|other)×\d{1,9}$/;

/** What an entry shows of a finding: the code, the risk and the place; not what was seen there. */
function maskFinding(finding: Finding, at: MaskPointer): Finding {
  const { targets, evidence } = finding;
  return {
    ...finding,
    ...(targets === undefined ? {} : { targets: targets.map(({ kind, value }) => ({ kind, value: kind === 'bin' ? programName(value) : SEALED })) }),
    pointer: at(finding.pointer),
    evidence: OURS.has(evidence) || UNREAD.test(evidence) ? evidence : SEALED,
  };
}

export function maskFindings(findings: readonly Finding[], at: MaskPointer): readonly Finding[] {
  return findings.length === 0 ? findings : findings.map((finding) => maskFinding(finding, at));
}

/** The same list, or a copy in which each item that changed is another. */
export function mapChanged<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let copy: T[] | null = null;
  for (const [at, item] of items.entries()) {
    const next = change(item);
    if (next !== item) (copy ??= [...items])[at] = next;
  }
  return copy ?? items;
}
