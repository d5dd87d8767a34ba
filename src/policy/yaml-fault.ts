import type { Complaint } from './fault.ts';

type Words = Pick<Complaint, 'message' | 'hint'>;

const INDENT = 'Indent with spaces, the same number for all keys of one mapping.';

/** The parser's complaints that people meet most, in words for somebody who writes a policy. */
const WORDS: Readonly<Record<string, Words>> = {
  BAD_INDENT: {
    message: 'The indentation is wrong here, or a bracket before this place was not closed',
    hint: `${INDENT} Close each \`{\` and \`[\`.`,
  },
  MISSING_CHAR: { message: 'A closing bracket, quote or comma is missing before this place', hint: 'Close each `{`, `[` and quote above.' },
  TAB_AS_INDENT: { message: 'The line is indented with a tab', hint: INDENT },
  BLOCK_AS_IMPLICIT_KEY: { message: 'There is one `: ` too many in this line', hint: 'Put the text in quotes, or begin a new line.' },
  MULTILINE_IMPLICIT_KEY: { message: 'A key goes over several lines; the `:` after it is probably missing', hint: 'Write `key: value` on one line.' },
  BAD_SCALAR_START: { message: 'A value cannot begin with this character', hint: 'Put the value in quotes.' },
  MULTIPLE_DOCS: { message: 'The file holds several documents (`---`)', hint: 'A policy is one document: keep the first, remove the rest.' },
};

export function yamlFault(code: string, message: string): Words {
  return WORDS[code] ?? { message: `This is not YAML: ${message}`, hint: 'Check the indentation, the brackets and the quotes around this place.' };
}
