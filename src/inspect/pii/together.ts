import type { Finding } from '../../kernel/finding.ts';

/** Kinds that say little of a person by themselves, or that everybody is told. */
const COMMON: ReadonlySet<string> = new Set(
  'email phone ip-address mac-address address uk-postcode de-plz vehicle-plate de-register de-vat it-vat kr-brn au-abn au-acn sg-uen se-organisation br-cnpj certificate crypto-address vin bic date-of-birth us-npi de-doctor'.split(
    ' ',
  ),
);

/** Who holds two of them can act as somebody: such a pair on its way out is worth a question (INSPECT-144). */
export function togetherLeaving(findings: Finding[]): void {
  const kinds = new Set<string>();
  for (const { detector, confidence, evidence } of findings) {
    const kind = evidence.replace(/[[\]]/g, '');
    if (detector === 'pii' && confidence >= 0.5 && !COMMON.has(kind)) kinds.add(kind);
  }
  if (kinds.size < 2) return;
  for (let i = 0; i < findings.length; i++) {
    const one = findings[i];
    if (one?.detector === 'pii' && kinds.has(one.evidence.replace(/[[\]]/g, ''))) findings[i] = { ...one, risk: 'HIGH' };
  }
}

/** A host that is neither this machine nor one of its own network. */
export function isForeign(host: string): boolean {
  return host !== '' && !/^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?::1)|\.(?:local|internal|localhost)$/.test(host);
}
