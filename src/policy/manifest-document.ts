import { Type, type Static } from 'typebox';
import { closed, NAME, NAME_HINT, optional as o, positive } from './schema.ts';

const tool = Type.String({ minLength: 1, maxLength: 256, description: 'a tool’s name, or an explicit glob with *' });
const path = Type.String({ minLength: 1, maxLength: 4096, description: 'a path' });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'a SHA-256 in 64 lower-case hex digits' });
const text = Type.String({ minLength: 1, maxLength: 256, description: 'not empty' });

/** `aegis-manifest.json`, schema `aegis.dev/manifest/v0.1`. Published as schema/manifest.json. */
export const ManifestDocument = Type.Object(
  {
    schema: Type.Literal('aegis.dev/manifest/v0.1'),
    name: Type.String({ pattern: NAME, description: NAME_HINT }),
    version: Type.String({
      pattern: '^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$',
      description: 'a semantic version, such as 0.1.0 (semver.org)',
    }),
    publisher: text,
    permissions: Type.Object(
      {
        tools: o(Type.Array(tool)),
        fs: o(Type.Object({ read_roots: o(Type.Array(path)), write_roots: o(Type.Array(path)) }, closed)),
        net: o(Type.Object({ domains: o(Type.Array(Type.String({ minLength: 1, maxLength: 253, description: 'a host, or *.suffix' }))) }, closed)),
        secrets: o(Type.Array(text)),
        exec: o(
          Type.Object({ allowed_bins: o(Type.Array(text)), arg_patterns: o(Type.Array(Type.String({ minLength: 1, maxLength: 1024 }))) }, closed),
        ),
        approval_required: o(Type.Array(tool)),
        budgets: o(
          Type.Object(
            {
              max_steps: o(positive),
              max_tool_calls: o(positive),
              max_wall_time_ms: o(positive),
              max_output_bytes: o(positive),
              timeout_ms: o(positive),
            },
            closed,
          ),
        ),
      },
      closed,
    ),
    sandbox: o(Type.Object({ required: o(Type.Boolean()), image: o(text), mounts: o(Type.Array(path)) }, closed)),
    integrity: o(
      Type.Object({ files: o(Type.Record(Type.String({ pattern: '^.{1,4096}$' }), sha256)), tree_sha256: o(sha256), signature: o(text) }, closed),
    ),
  },
  { ...closed, $id: 'https://aegis.dev/schema/manifest.json', title: 'Aegis capability manifest', description: 'a capability manifest' },
);

export type ManifestDocument = Static<typeof ManifestDocument>;
