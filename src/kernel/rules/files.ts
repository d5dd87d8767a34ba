import type { NamedFile } from '../named-file.ts';
import { SILENCE } from './subject.ts';
import type { Rule } from './subject.ts';
import { wordsOf } from '../words/words.ts';

const isChanged = ({ change }: NamedFile): boolean => change !== undefined;

/** ASK-32: a file that is no longer what a person was asked about is asked about again, by its name. */
export const files: Rule = {
  name: 'files',
  speak({ action, world }) {
    const changed = action.boundFiles?.filter(isChanged) ?? [];
    if (changed.length === 0) return SILENCE;
    return [{ rule: 'files', effect: 'ask', code: 'APPROVAL_REQUIRED', ...wordsOf(world).filesChanged(changed) }];
  },
};
