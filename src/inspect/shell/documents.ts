/** The parser takes the square of the number of here-documents that wait for their bodies; nobody writes as many. */
const MOST = 200;

export function manyDocuments(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('<<'); at >= 0 && count <= MOST; at = text.indexOf('<<', at + 2)) count += text.charAt(at + 2) === '<' ? 0 : 1;
  return count > MOST;
}
