import type { Action } from '../../kernel/action.ts';
import type { ActionRecord } from '../../kernel/entry.ts';

/** Written in the order of its names, which is the order of the log: what is in order already is not copied to be sealed. */
export function recordOf(action: Action): ActionRecord {
  const { boundFiles, files, filesDigest, harness, parent, redeems, resource, server, toolDigest } = action;
  const record: { -readonly [K in keyof ActionRecord]: ActionRecord[K] } = {
    argsDigest: action.argsDigest,
    claims: action.claims,
    door: action.door,
    enforcement: action.enforcement,
    facts: action.facts,
    findings: action.findings,
    id: action.id,
    kind: action.kind,
    name: action.name,
    traces: action.traces,
  };
  if (boundFiles !== undefined) record.boundFiles = boundFiles;
  if (files !== undefined) record.files = files;
  if (filesDigest !== undefined) record.filesDigest = filesDigest;
  if (harness !== undefined) record.harness = harness;
  if (parent !== undefined) record.parent = parent;
  if (redeems !== undefined) record.redeems = redeems;
  if (resource !== undefined) record.resource = resource;
  if (server !== undefined) record.server = server;
  if (toolDigest !== undefined) record.toolDigest = toolDigest;
  return record;
}
