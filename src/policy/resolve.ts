/** Reads a file a document names, as the document spells it. Injected: policy does no I/O. Throwing means it cannot be read. */
export type Resolve = (path: string) => { readonly text: string } | { readonly bytes: Uint8Array };

/** The file's bytes, or null when it cannot be read. */
export function resolveBytes(resolve: Resolve, path: string): Uint8Array | null {
  try {
    const found = resolve(path);
    return 'bytes' in found ? found.bytes : new TextEncoder().encode(found.text);
  } catch {
    return null;
  }
}

/** The bytes as UTF-8 text; null when there are none or they are not UTF-8. */
export function textOf(bytes: Uint8Array | null): string | null {
  try {
    return bytes === null ? null : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
