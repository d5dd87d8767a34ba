import type { CommandFact, Facts, Finding } from '../kernel/finding.ts';

const MASK = '[hidden]';

/** Replaces secrets in evidence, targets, commands and URLs: findings and facts are recorded, credentials are not, and evidence shows no personal data (INSPECT-8). */
export function masker(secrets: readonly string[]): (text: string) => string {
  const wanted = [...new Set(secrets)].filter((secret) => secret.length >= 4).slice(0, 200);
  return (text) => {
    let out = text;
    for (const secret of wanted) {
      if (out.includes(secret)) out = out.replaceAll(secret, MASK);
      const head = secret.slice(0, 8);
      const at = out.lastIndexOf(head);
      // Evidence is clipped: a secret that runs over the edge shows only its head.
      if (at >= 0 && secret.startsWith(out.slice(at).replace(/…$/, ''))) out = `${out.slice(0, at)}${MASK}`;
    }
    return out;
  };
}

/**
 * Credentials told by where they stand, however short or common they are: behind a password option, a name that says so, in the user part
 * of a URL. Evidence is at most 120 characters, so the patterns run over little.
 */
const STANDS: readonly RegExp[] = [
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|credential)s?["']?\s{0,2}(?:=|:(?!\/\/))\s{0,2}["']?)([^\s"'&;,|)]{2,})/gi,
  /(\s--?[a-z-]{0,20}(?:pass(?:word|wd|phrase)?|pwd|secret|token|api-?key)\s{1,2}["']?)([^\s"']{2,})/gi,
  /(\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|smbclient|7z|zip|unzip)\b[^|;&]{0,60}?\s-[pP] ?)([^\s"']{2,})/g,
  /(\s(?:-u|--user|--proxy-user)[ =]["']?[^\s:"']{1,40}:)([^\s"']{2,})/g,
  /(:\/\/[^\s/:@"']{0,40}:)([^\s/@"']{2,})(?=@)/g,
];

/** Whether what stands there is a name for a value rather than the value: `$PASS`, `{{password}}`, an option. */
const NAMES = /^(?:[$%<{-]|\[hidden)/;

function maskStanding(text: string): string {
  let out = text;
  for (const pattern of STANDS) out = out.replace(pattern, (whole, before: string, value: string) => (NAMES.test(value) ? whole : before + MASK));
  return out;
}

/** The one place evidence and targets pass before a finding leaves (INSPECT-8). */
export function maskFinding(finding: Finding, mask: (text: string) => string): Finding {
  const evidence = finding.detector === 'secret' || finding.detector === 'pii' ? finding.evidence : maskStanding(mask(finding.evidence));
  const masked = { ...finding, evidence };
  return finding.targets === undefined
    ? masked
    : { ...masked, targets: finding.targets.map((target) => ({ ...target, value: maskStanding(mask(target.value)) })) };
}

/** The same for facts, by the secrets that were found: rules compare facts, so nothing else of them changes. */
export function maskFacts(facts: Facts, mask: (text: string) => string): Facts {
  const command = (one: CommandFact): CommandFact => ({ ...one, argv: one.argv.map(mask) });
  return { ...facts, commands: facts.commands.map(command), urls: facts.urls.map((one) => ({ ...one, url: mask(one.url) })) };
}
