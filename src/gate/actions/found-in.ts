import { riskRank } from '../../kernel/finding.ts';
import type { Finding } from '../../kernel/finding.ts';
import type { FoundIn } from '../nouns.ts';

/** More are not told; the entry holds them all. */
const MOST = 32;
/** Where `readValue` puts the value it reads. */
const AT = '/value';

/** What whoever sent a value is told of it: no evidence, for what stands there is what nobody should follow (TAINT-14). */
export function foundIn(findings: readonly Finding[]): readonly FoundIn[] {
  return [...findings]
    .filter(({ risk }) => risk !== 'LOW')
    .sort((a, b) => riskRank(b.risk) - riskRank(a.risk))
    .slice(0, MOST)
    .map(({ detector, code, risk, pointer }) => ({ detector, code, risk, pointer: pointer.startsWith(AT) ? pointer.slice(AT.length) : pointer }));
}
