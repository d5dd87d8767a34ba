/**
 * An index of a session's recent calls: sixteen bits of each, in their order, so that a call that was never made is told from one that was without
 * reading any of them. Two calls may share a mark; then the calls themselves are compared.
 */
export function markOf(argsDigest: string): string {
  let hash = 0;
  for (let i = 0; i < 8; i++) hash = (Math.imul(hash, 31) + argsDigest.charCodeAt(i)) & 0xffff;
  return String.fromCharCode(hash);
}

export function marksOf(calls: readonly { readonly argsDigest: string }[]): string {
  return calls.map((call) => markOf(call.argsDigest)).join('');
}
