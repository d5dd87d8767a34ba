/** What a call of an API does to the world; the arguments it does it with are found by `reach.ts`. */
export type Deed =
  /** Its first text is a shell's; a list is the program with its arguments, unless `shell=True`. */
  | 'process'
  /** Its first text is a shell's always. */
  | 'shell'
  /** Its first text is the program, the list behind it or the rest its arguments. */
  | 'program'
  /** As `program`, with a mode in front. */
  | 'spawn'
  /** As `program`, where the words of the list start with the program's own name once more. */
  | 'exec'
  | 'open'
  | 'read'
  | 'write'
  | 'delete'
  | 'delete-tree'
  | 'move'
  | 'copy'
  | 'link'
  | 'chmod'
  | 'list'
  | 'find'
  | 'walk'
  | 'download'
  | 'send'
  | 'sql'
  | 'code'
  | 'import'
  | 'attribute'
  | 'namespace'
  | 'unpickle'
  | 'native'
  | 'kill'
  | 'map'
  | 'partial'
  | 'connect'
  | 'notebook';

/** `deed: name name …`, one a line. */
export function deeds(rows: string): ReadonlyMap<string, Deed> {
  return new Map(
    rows
      .trim()
      .split('\n')
      .flatMap((row) => {
        const at = row.indexOf(':');
        const deed = row.slice(0, at).trim() as Deed;
        return row
          .slice(at + 1)
          .split(' ')
          .filter((name) => name !== '')
          .map((name): [string, Deed] => [name, deed]);
      }),
  );
}
