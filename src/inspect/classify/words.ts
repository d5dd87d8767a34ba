/** A name split into lower-case words: camelCase, snake_case, dots, dashes, slashes, digits apart. `mcp__files__readFile` → mcp files read file. */
export function wordsOf(name: string): string[] {
  const clipped = name.length > 256 ? name.slice(0, 256) : name;
  return clipped
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
