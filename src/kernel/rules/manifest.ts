import type { CommandFact, PathFact } from '../finding.ts';
import { includes } from '../names.ts';
import type { Manifest } from '../policy.ts';
import { cleanPath } from '../resource-id.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';

function deny(code: string, message: string, place: { hint: string; pointer?: string }): RuleOpinion {
  return { rule: 'manifest', effect: 'deny', code, message, risk: 'HIGH', ...place };
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

function aboutPath(fact: PathFact, manifest: Manifest): RuleOpinion | null {
  const roots = fact.access === 'read' || fact.access === 'execute' ? manifest.readRoots : manifest.writeRoots;
  if (roots.some((root) => within(fact.path, root))) return null;
  const verb = fact.access === 'unknown' ? 'touch' : fact.access;
  return deny('FS_DENY', `The manifest does not let this agent ${verb} ${fact.path}.`, {
    hint: 'Declare the root in permissions.fs.',
    pointer: fact.pointer,
  });
}

function aboutCommand(command: CommandFact, manifest: Manifest): RuleOpinion | null {
  const place = { hint: 'Declare the program in permissions.exec.', pointer: command.pointer };
  // A command word that is only known at run time can be any program at all.
  if (command.dynamic || command.bin === '') return deny('EXEC_DENY', 'Part of the command is only known at run time.', place);
  if (!manifest.bins.includes(command.bin)) return deny('EXEC_DENY', `The manifest does not allow the program ${command.bin}.`, place);
  if (manifest.argPatterns.length === 0) return null;
  const argv = command.argv.join(' ');
  if (manifest.argPatterns.some((matches) => matches(argv))) return null;
  return deny('EXEC_DENY', `The manifest does not allow ${command.bin} with these arguments.`, place);
}

function aboutFacts({ action }: Subject, manifest: Manifest): readonly (RuleOpinion | null)[] {
  const { facts, findings } = action;
  const hosts = facts.hosts.filter((host) => !manifest.domains.some((domain) => hostMatches(host, domain)));
  const secrets = findings.filter(
    ({ detector, targets }) => detector === 'secret' && !(targets?.some(({ value }) => manifest.secrets.includes(value)) ?? false),
  );
  const unread = facts.commands.length === 0 && facts.operations.includes('execute') && facts.categories.includes('shell');
  return [
    ...facts.paths.map((fact) => aboutPath(fact, manifest)),
    ...hosts.map((host) => deny('EGRESS_DENY', `The manifest does not allow the host ${host}.`, { hint: 'Declare it in permissions.net.domains.' })),
    action.kind === 'egress' && facts.hosts.length === 0
      ? deny('EGRESS_DENY', 'The host of this connection could not be read.', { hint: 'Send to a plain host name.' })
      : null,
    ...secrets.map(({ pointer }) =>
      deny('SECRET_DENY', 'A credential the manifest does not declare is in the arguments.', { hint: 'Declare it in permissions.secrets.', pointer }),
    ),
    ...facts.commands.map((command) => aboutCommand(command, manifest)),
    unread ? deny('EXEC_DENY', 'The program this would run could not be read.', { hint: 'Pass the command in a form that can be read.' }) : null,
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
      opinions.push(
        deny('PERMISSION_UNDECLARED', `The manifest ${declared.name} does not declare the tool ${name}.`, {
          hint: 'Declare it in permissions.tools.',
        }),
      );
    }
    if (includes(declared.approvalRequired, name)) {
      opinions.push({ rule: 'manifest', effect: 'ask', code: 'APPROVAL_REQUIRED', message: `The manifest asks for approval of ${name}.` });
    }
    return opinions;
  },
};
