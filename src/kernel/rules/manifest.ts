import type { CommandFact, PathFact } from '../finding.ts';
import { includes } from '../names.ts';
import type { Manifest } from '../policy.ts';
import { cleanPath } from '../resource-id.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { Said, Words } from '../words/sentences.ts';

function deny(code: string, said: Said, pointer?: string): RuleOpinion {
  return { rule: 'manifest', effect: 'deny', code, ...said, risk: 'HIGH', ...(pointer === undefined ? {} : { pointer }) };
}

/** Whole segments, lexically resolved: `/data` holds `/data/a`, never `/database` or `/data/../etc`. */
export function within(path: string, root: string): boolean {
  const inner = cleanPath(path);
  const outer = cleanPath(root);
  if (inner === '..' || inner.startsWith('../')) return false;
  if (inner.startsWith('/') !== outer.startsWith('/')) return false;
  // `~` is nobody's relative directory.
  if (outer === '') return !(inner === '~' || inner.startsWith('~'));
  if (outer === '/' || inner === outer) return true;
  return inner.startsWith(`${outer}/`);
}

function hostMatches(host: string, domain: string): boolean {
  return domain.startsWith('*.') ? host.length > domain.length - 1 && host.endsWith(domain.slice(1)) : host === domain;
}

function aboutPath(fact: PathFact, manifest: Manifest, words: Words): RuleOpinion | null {
  const roots = fact.access === 'read' || fact.access === 'execute' ? manifest.readRoots : manifest.writeRoots;
  if (roots.some((root) => within(fact.path, root))) return null;
  const verb = fact.access === 'unknown' ? 'touch' : fact.access;
  return deny('FS_DENY', words.undeclaredPath(verb, fact.path), fact.pointer);
}

function aboutCommand(command: CommandFact, manifest: Manifest, words: Words): RuleOpinion | null {
  // A command word that is only known at run time can be any program at all.
  if (command.dynamic || command.bin === '') return deny('EXEC_DENY', words.dynamicProgram, command.pointer);
  if (!manifest.bins.includes(command.bin)) return deny('EXEC_DENY', words.undeclaredProgram(command.bin), command.pointer);
  if (manifest.argPatterns.length === 0) return null;
  const argv = command.argv.join(' ');
  if (manifest.argPatterns.some((matches) => matches(argv))) return null;
  return deny('EXEC_DENY', words.undeclaredArguments(command.bin), command.pointer);
}

function aboutFacts({ action, world }: Subject, manifest: Manifest): readonly (RuleOpinion | null)[] {
  const { facts, findings } = action;
  const words = wordsOf(world);
  const hosts = facts.hosts.filter((host) => !manifest.domains.some((domain) => hostMatches(host, domain)));
  const secrets = findings.filter(
    ({ detector, targets }) => detector === 'secret' && !(targets?.some(({ value }) => manifest.secrets.includes(value)) ?? false),
  );
  const unread = facts.commands.length === 0 && facts.operations.includes('execute') && facts.categories.includes('shell');
  return [
    ...facts.paths.map((fact) => aboutPath(fact, manifest, words)),
    ...hosts.map((host) => deny('EGRESS_DENY', words.undeclaredHost(host))),
    action.kind === 'egress' && facts.hosts.length === 0 ? deny('EGRESS_DENY', words.unreadHost) : null,
    ...secrets.map(({ pointer }) => deny('SECRET_DENY', words.undeclaredSecret, pointer)),
    ...facts.commands.map((command) => aboutCommand(command, manifest, words)),
    unread ? deny('EXEC_DENY', words.unreadProgram) : null,
  ];
}

/** What a manifest does not declare is denied, and no other rule can say otherwise. */
export const manifest: Rule = {
  name: 'manifest',
  speak(subject) {
    const declared = subject.manifest;
    if (declared === undefined) return SILENCE;
    const { name } = subject.action;
    const opinions = aboutFacts(subject, declared).filter((one) => one !== null);
    if (!includes(declared.tools, name)) {
      opinions.push(deny('PERMISSION_UNDECLARED', wordsOf(subject.world).undeclaredTool(declared.name, name)));
    }
    if (includes(declared.approvalRequired, name)) {
      opinions.push({ rule: 'manifest', effect: 'ask', code: 'APPROVAL_REQUIRED', ...wordsOf(subject.world).manifestAsks(name) });
    }
    return opinions;
  },
};
