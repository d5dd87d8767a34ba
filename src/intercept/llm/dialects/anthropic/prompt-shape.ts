import type { PromptShape } from '../../map-strings.ts';
import { plainShape } from '../../shapes.ts';

export const promptShape: PromptShape = (owner, member) => (member === 'input' || member === 'input_examples' ? 'data' : plainShape(owner, member));
