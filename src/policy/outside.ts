import type { Voice } from '../kernel/policy.ts';
import { cedarVoice } from './cedar.ts';
import type { PolicyDocument } from './document.ts';
import type { Path, Report } from './fault.ts';
import { regoVoice } from './rego.ts';

interface OutsideTerms {
  /** The file's bytes, noted for the policy's digest; null when it cannot be read. */
  readonly resolve: (path: string) => Uint8Array | null;
  readonly report: Report;
}

/** Reads the Cedar policies and Rego bundles a document uses. Their voices only tighten: they deny, ask, or are silent (POLICY-10). */
export function voicesFromFiles(document: PolicyDocument, terms: OutsideTerms): readonly Voice[] {
  const voices: Voice[] = [];
  const read = (file: string, path: Path): Uint8Array | null => {
    const bytes = terms.resolve(file);
    if (bytes !== null) return bytes;
    const hint = 'Paths are read from the folder of the policy document.';
    terms.report({ path, code: 'FILE_MISSING', message: `\`${file}\` cannot be read`, hint });
    return null;
  };
  for (const [index, file] of (document.use?.cedar ?? []).entries()) {
    const path = ['use', 'cedar', index];
    const bytes = read(file, path);
    if (bytes === null) continue;
    const voice = cedarVoice(file, bytes);
    if (typeof voice === 'string')
      terms.report({ path, code: 'CEDAR_INVALID', message: `${file}: ${voice}`, hint: 'Check it with the cedar command line tool.' });
    else voices.push(voice);
  }
  for (const [index, reference] of (document.use?.rego ?? []).entries()) {
    const path = ['use', 'rego', index];
    const { file, entrypoint } =
      typeof reference === 'string' ? { file: reference, entrypoint: undefined } : { file: reference.path, entrypoint: reference.entrypoint };
    const bytes = read(file, path);
    if (bytes === null) continue;
    const voice = regoVoice(file, bytes, entrypoint);
    if (typeof voice === 'string')
      terms.report({ path, code: 'REGO_INVALID', message: `${file}: ${voice}`, hint: 'Build it with `opa build -t wasm -e <entrypoint>`.' });
    else voices.push(voice);
  }
  return voices;
}
