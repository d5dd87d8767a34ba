/** Names repeat from call to call; when there are this many of them, all are forgotten. */
const MOST_KNOWN = 1024;
const known = new Map<string, readonly string[]>();

/** A name split into lower-case words: camelCase, snake_case, dots, dashes, slashes, digits apart. `mcp__files__readFile` → mcp files read file. */
export function wordsOf(name: string): readonly string[] {
  const clipped = name.length > 256 ? name.slice(0, 256) : name;
  const before = known.get(clipped);
  if (before !== undefined) return before;
  const words = split(clipped);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(clipped, words);
  return words;
}

function split(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
