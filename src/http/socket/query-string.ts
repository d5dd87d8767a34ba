/** A query as HTTP's router reads it: names that stand once are text, others a list; what is not percent-encoded rightly stays as it is. */
export function readQuery(text: string): Readonly<Record<string, string | readonly string[]>> {
  const found = Object.create(null) as Record<string, string | string[]>;
  for (const pair of text === '' ? [] : text.split('&')) {
    const equals = pair.indexOf('=');
    if (pair === '') continue;
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1));
    const before = found[name];
    if (before === undefined) found[name] = value;
    else if (typeof before === 'string') found[name] = [before, value];
    else before.push(value);
  }
  return found;
}

function decoded(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
