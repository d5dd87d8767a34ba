/** Reads a file a document names, as the document spells it. Injected: policy does no I/O. Throwing means it cannot be read. */
export type Resolve = (path: string) => { readonly text: string } | { readonly bytes: Uint8Array };

/** Thrown by a resolver that can say in plain words why a file cannot be read. */
export class UnreadableFile extends Error {}

/** The file's bytes, or null when it cannot be read; `why` is then told the reason, where there is one. */
export function resolveBytes(resolve: Resolve, path: string, why?: (reason: string) => void): Uint8Array | null {
  try {
    const found = resolve(path);
    return 'bytes' in found ? found.bytes : new TextEncoder().encode(found.text);
  } catch (error) {
    if (error instanceof UnreadableFile) why?.(error.message);
    return null;
  }
}

/** A resolver over files that were handed over with the document, under the names it gives them. */
export function handedOver(files: Readonly<Record<string, Uint8Array>>): Resolve {
  return (path) => {
    const bytes = Object.hasOwn(files, path) ? files[path] : undefined;
    if (bytes === undefined) throw new UnreadableFile('it was not sent along with the document');
    return { bytes };
  };
}

/** The bytes as UTF-8 text; null when there are none or they are not UTF-8. */
export function textOf(bytes: Uint8Array | null): string | null {
  try {
    return bytes === null ? null : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
