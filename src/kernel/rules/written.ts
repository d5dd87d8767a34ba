import { worstRisk } from '../finding.ts';
import type { Risk } from '../finding.ts';
import { isSameFile } from '../same-file.ts';
import { opinionOf } from './detectors.ts';
import { SILENCE } from './subject.ts';
import type { Rule } from './subject.ts';

/** INSPECT-105, INSPECT-193: a file that an earlier action of the session fetched or wrote is judged by what it holds when it runs, whatever it is called by now. */
export const written: Rule = {
  name: 'written',
  speak({ action, policy, session, world }) {
    const ran = action.files?.ran ?? [];
    const known = session?.written ?? [];
    const rule = policy.detectors.get('shell');
    if (ran.length === 0 || known.length === 0 || rule === undefined) return SILENCE;
    const files = ran.flatMap((file) => [file, ...(file.from ?? [])]);
    const risks = files.flatMap((file): (Risk | undefined)[] => known.filter((one) => isSameFile(one, file)).map(({ runs }) => runs));
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
