import { Type } from 'typebox';

/** A policy document as it is sent, with the files it names (POLICY-15). */
export const POLICY_FIELDS = {
  document: Type.String({ minLength: 1, maxLength: 1_048_576, description: 'YAML' }),
  files: Type.Optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 1024 }), Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$' }), {
      maxProperties: 256,
      description: 'The files the document names, under the names it gives them, in base64; absent, they are read where the daemon’s own policy lies',
    }),
  ),
} as const;

/** A document with the bytes of its files. */
export interface SentPolicy {
  readonly document: string;
  readonly files: Readonly<Record<string, Uint8Array>> | undefined;
}

export function sentPolicy({ document, files }: { readonly document: string; readonly files?: Readonly<Record<string, string>> }): SentPolicy {
  if (files === undefined) return { document, files };
  return {
    document,
    files: Object.fromEntries(Object.entries(files).map(([name, base64]) => [name, new Uint8Array(Buffer.from(base64, 'base64'))])),
  };
}
