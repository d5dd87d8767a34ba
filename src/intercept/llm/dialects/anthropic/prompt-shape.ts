import type { PromptShape } from '../../dialect/prompt-shape.ts';
import { plainShape } from '../../dialect/prompt-shape.ts';

export const promptShape: PromptShape = (owner, member) => (member === 'input' || member === 'input_examples' ? 'data' : plainShape(owner, member));
