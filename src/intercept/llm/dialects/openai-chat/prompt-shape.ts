import type { PromptShape } from '../../map-strings.ts';
import { plainShape } from '../../shapes.ts';

export const promptShape: PromptShape = (owner, member) => (member === 'arguments' ? 'json' : plainShape(owner, member));
