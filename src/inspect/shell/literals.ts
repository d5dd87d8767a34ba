/** Every string literal of a code text in order, escapes of quotes undone; single, double, back-quoted and `%q`-less. Linear. */
export function strings(text: string): string[] {
  const out: string[] = [];
  let i = 0;
  while (i < text.length) {
    const quote = text.charAt(i);
    if (quote !== '"' && quote !== "'" && quote !== '`') {
      i += 1;
      continue;
    }
    let value = '';
    let j = i + 1;
    for (; j < text.length && text.charAt(j) !== quote; j++) {
      if (text.charAt(j) === '\\') j += 1;
      value += text.charAt(j);
    }
    if (j >= text.length) return out;
    out.push(value);
    i = j + 1;
  }
  return out;
}
