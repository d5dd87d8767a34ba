import { globSync, readFileSync } from 'node:fs';

export const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/**/*.md')];

export interface Block {
  readonly page: string;
  /** Why its commands are not run by a test; null where they are. */
  readonly notRun: string | null;
  /** Continued lines joined, remarks and prompts left out. */
  readonly lines: readonly string[];
}

/** The shell blocks of a page, with the mark that may stand before one. */
export function blocksIn(page: string): readonly Block[] {
  const found = readFileSync(page, 'utf8').matchAll(/^(?: *<!-- not run here: ([^\n]+) -->\n\n)? *```sh\n([^]*?)^ *```$/gm);
  return [...found].map(([, notRun = null, text = '']) => ({
    page,
    notRun,
    lines: text
      .replace(/\\\n/g, ' ')
      .split('\n')
      .map((line) => line.replace(/ {2,}#.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  }));
}

export const commandsIn = (page: string): readonly string[] => blocksIn(page).flatMap(({ lines }) => lines);
