import { Type } from 'typebox';
import type { AgentId } from '../../kernel/ids.ts';
import type { Manifest } from '../../kernel/policy.ts';
import { compileManifest } from '../manifest.ts';
import { textOf } from '../resolve.ts';
import { closed, NAME } from '../schema.ts';
import { section } from '../section.ts';

const reference = Type.Union([
  Type.String({ minLength: 1, description: 'the path of an aegis-manifest.json' }),
  Type.Object({ path: Type.String({ minLength: 1 }), agents: Type.Array(Type.String({ pattern: NAME }), { minItems: 1 }) }, closed),
]);

export const manifests = section({
  schema: Type.Array(reference),
  defaults: [],
  compile: (value, { files, report }) => {
    const found = new Map<AgentId, Manifest>();
    for (const [index, one] of value.entries()) {
      const file = typeof one === 'string' ? one : one.path;
      const text = textOf(files.read(file));
      if (text === null) {
        report({ path: [index], ...files.missing(file) });
        continue;
      }
      const compiled = compileManifest(text, { file, resolve: files.resolve });
      if (!compiled.ok) {
        for (const fault of compiled.faults) files.fault(fault);
        continue;
      }
      for (const agent of typeof one === 'string' ? [compiled.manifest.name] : one.agents) {
        if (found.has(agent as AgentId)) {
          const hint = 'One agent has one manifest.';
          report({ path: [index], code: 'DUPLICATE_ID', message: `\`${agent}\` has two manifests`, hint });
        }
        found.set(agent as AgentId, compiled.manifest);
      }
    }
    return { manifests: found };
  },
  page: [['`manifests`', 'paths, or `{path, agents}`', 'none']],
  samples: [['aegis-manifest.json'], [{ path: 'aegis-manifest.json', agents: ['bot'] }]],
});
