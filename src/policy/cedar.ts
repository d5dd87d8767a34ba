import { createRequire } from 'node:module';
import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs';
import type { Json } from '../kernel/json.ts';
import type { Opinion, Voice } from '../kernel/policy.ts';
import { sha256 } from '../wire/digest.ts';
import { outsideFacts } from './outside-facts.ts';

type Cedar = typeof CedarModule;
let loaded: Cedar | null = null;

/** 4 MB of wasm: loaded when the first document uses Cedar, not before. */
function cedar(): Cedar {
  loaded ??= createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as Cedar;
  return loaded;
}

/**
 * Compiles a Cedar policy set: principal `Agent::"id"`, action `Action::"tool"`, resource `Tool::"name"`, context the facts of the action.
 * A matching `forbid` denies; `permit` and no match are silent, for an outside voice may only tighten; an error denies (POLICY-10).
 * @returns the voice, or a sentence saying why the text is not a policy set
 */
export function cedarVoice(file: string, bytes: Uint8Array): Voice | string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return 'the file is not UTF-8';
  }
  const preparsedPolicySetId = `aegis-${sha256(bytes)}`;
  const parsed = cedar().preparsePolicySet(preparsedPolicySetId, { staticPolicies: text });
  if (parsed.type === 'failure') return parsed.errors.map((error) => error.message).join('; ');
  return {
    rule: `cedar:${file}`,
    speak: (action, world) => {
      const answer = cedar().statefulIsAuthorized({
        principal: { type: 'Agent', id: action.agent },
        action: { type: 'Action', id: action.kind },
        resource: { type: 'Tool', id: action.name },
        context: cedarRecord(outsideFacts(action, world)),
        preparsedPolicySetId,
        entities: [],
      });
      return opinionOf(file, answer);
    },
  };
}

function opinionOf(file: string, answer: CedarModule.AuthorizationAnswer): Opinion | null {
  if (answer.type === 'failure') return refusal(`${file} could not be asked: ${answer.errors.map((error) => error.message).join('; ')}`);
  const { decision, diagnostics } = answer.response;
  const failed = diagnostics.errors[0];
  if (failed) return refusal(`${failed.policyId} of ${file} could not be evaluated: ${failed.error.message}`);
  // Cedar also denies when nothing matched; then no policy is named, and the voice is silent.
  if (decision === 'allow' || diagnostics.reason.length === 0) return null;
  return { effect: 'deny', code: 'VOICE', message: `${diagnostics.reason.join(', ')} of ${file} forbids this` };
}

function refusal(message: string): Opinion {
  return { effect: 'deny', code: 'RULE_ERROR', message, hint: 'Guard optional attributes with `context has …`.' };
}

/** Keys Cedar's JSON reads as escapes; an argument with such a name would be code, so it is an error, and an error denies. */
const ESCAPES = new Set(['__entity', '__extn', '__expr']);

function cedarRecord(object: Readonly<Record<string, Json>>): Record<string, CedarModule.CedarValueJson> {
  const record = Object.create(null) as Record<string, CedarModule.CedarValueJson>;
  for (const [key, value] of Object.entries(object)) {
    if (ESCAPES.has(key)) throw new Error(`an argument is named ${key}`);
    // Cedar has no null: an absent attribute, which `has` sees.
    if (value !== null) record[key] = cedarValue(value);
  }
  return record;
}

/** Cedar counts in 64-bit integers; what is not one is given as text, exactly as JSON writes it. */
function cedarValue(value: Json): CedarModule.CedarValueJson {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(cedarValue);
  return typeof value === 'object' && value !== null ? cedarRecord(value as Readonly<Record<string, Json>>) : (value ?? '');
}
