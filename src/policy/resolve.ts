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

/** The file as UTF-8 text, or null when it cannot be read or is not UTF-8. */
export function resolveText(resolve: Resolve, path: string): string | null {
  const bytes = resolveBytes(resolve, path);
  try {
    return bytes === null ? null : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
