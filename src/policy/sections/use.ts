import { Type } from 'typebox';
import type { Voice } from '../../kernel/policy.ts';
import { cedarVoice } from '../cedar.ts';
import type { FaultCode, Path } from '../fault.ts';
import { regoVoice } from '../rego.ts';
import { closed, optional } from '../schema.ts';
import { section } from '../section.ts';
import type { SectionTerms } from '../section.ts';

const bundle = Type.Union([
  Type.String({ minLength: 1, description: 'the path of a compiled bundle (.tar.gz or .wasm)' }),
  Type.Object({ path: Type.String({ minLength: 1 }), entrypoint: optional(Type.String({ minLength: 1 })) }, closed),
]);

/** Cedar policies and Rego bundles. Their voices only tighten: they deny, ask, or are silent (POLICY-10). */
export const use = section({
  schema: Type.Object({ cedar: optional(Type.Array(Type.String({ minLength: 1 }))), rego: optional(Type.Array(bundle)) }, closed),
  defaults: {},
  compile: ({ cedar = [], rego = [] }, terms) => {
    const voices: (Voice | null)[] = [];
    for (const [index, file] of cedar.entries())
      voices.push(voiceOf(file, CEDAR, { path: ['cedar', index], terms, read: (bytes) => cedarVoice(file, bytes) }));
    for (const [index, reference] of rego.entries()) {
      const file = typeof reference === 'string' ? reference : reference.path;
      const entrypoint = typeof reference === 'string' ? undefined : reference.entrypoint;
      voices.push(voiceOf(file, REGO, { path: ['rego', index], terms, read: (bytes) => regoVoice(file, bytes, entrypoint) }));
    }
    return { voices: voices.filter((voice) => voice !== null) };
  },
  page: [
    [
      '`use`',
      '`{cedar: [path], rego: [path or {path, entrypoint}]}`: Cedar policies and Rego bundles; they can only make decisions stricter',
      'none',
    ],
  ],
  after: 'obligations',
  chapters: [
    `## Fields in Cedar and Rego

Cedar: principal \`Agent::"<id>"\`, action \`Action::"<kind>"\`, resource \`Tool::"<name>"\`, context the fields above as plain JSON, with
numbers that are not whole as text and without nulls. Rego: the same fields as \`input\`. A Rego entrypoint returns true or undefined (no opinion), false (deny),
a list of messages (deny if there is one), or \`{effect: deny/ask/allow, code, message}\`.
`,
  ],
  samples: [{ cedar: ['limits.cedar'], rego: ['team.wasm', { path: 'treasury.tar.gz', entrypoint: 'treasury/deny' }] }],
});

const CEDAR = { code: 'CEDAR_INVALID', hint: 'Check it with the cedar command line tool.' } as const satisfies { code: FaultCode; hint: string };
const REGO = { code: 'REGO_INVALID', hint: 'Build it with `opa build -t wasm -e <entrypoint>`.' } as const satisfies {
  code: FaultCode;
  hint: string;
};

interface Reading {
  readonly path: Path;
  readonly terms: SectionTerms;
  /** The voice, or what is wrong with the file. */
  readonly read: (bytes: Uint8Array) => Voice | string;
}

function voiceOf(file: string, language: typeof CEDAR | typeof REGO, { path, terms: { files, report }, read }: Reading): Voice | null {
  const bytes = files.read(file);
  if (bytes === null) {
    report({ path, ...files.missing(file) });
    return null;
  }
  const voice = read(bytes);
  if (typeof voice !== 'string') return voice;
  report({ path, code: language.code, message: `${file}: ${voice}`, hint: language.hint });
  return null;
}
