/** SQL's LIKE: `%` is any run of characters, `_` any one. Linear in the product of both lengths at worst, and both are short. */
export function isLike(text: string, pattern: string): boolean {
  if (text.length > 200 || pattern.length > 200) return false;
  let at = 0;
  let p = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    if (p < pattern.length && pattern[p] !== '%' && (pattern[p] === '_' || pattern[p] === text[at])) {
      at += 1;
      p += 1;
    } else if (pattern[p] === '%') {
      star = p;
      mark = at;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  while (pattern[p] === '%') p += 1;
  return p === pattern.length;
}
