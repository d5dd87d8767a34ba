import type { FileTrace } from '../action.ts';
import { worstRisk } from '../finding.ts';
import type { Risk } from '../finding.ts';
import { opinionOf } from './detectors.ts';
import { SILENCE } from './subject.ts';
import type { Rule } from './subject.ts';

/** The same file by its whole path; by its name where one of the two was named from an unknown folder. */
const isSame = (one: FileTrace, other: FileTrace): boolean =>
  one.whole === other.whole || (one.name === other.name && (!one.rooted || !other.rooted));

/** INSPECT-105: a file that an earlier action of the session fetched or wrote is judged by what it holds when it runs. */
export const written: Rule = {
  name: 'written',
  speak({ action, policy, session, world }) {
    const ran = action.files?.ran ?? [];
    const known = session?.written ?? [];
    const rule = policy.detectors.get('shell');
    if (ran.length === 0 || known.length === 0 || rule === undefined) return SILENCE;
    const risks = ran.flatMap((file): (Risk | undefined)[] => known.filter((one) => isSame(one, file)).map(({ runs }) => runs));
    if (risks.length === 0) return SILENCE;
    const finding = {
      detector: 'shell',
      code: 'SHELL_WRITTEN_EXECUTE',
      risk: worstRisk(risks),
      pointer: '',
      evidence: '',
      confidence: 0.9,
      inspected: true,
    } as const;
    const opinion = opinionOf(finding, rule, world);
    return opinion === null ? SILENCE : [opinion];
  },
};
