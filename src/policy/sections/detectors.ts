import { Type, type Static, type TOptional } from 'typebox';
import { DETECTORS, PROMPT_DETECTORS, riskRank, RISKS } from '../../kernel/finding.ts';
import type { Detector, PromptDetector } from '../../kernel/finding.ts';
import { PROMPT_WORDS } from '../../kernel/policy.ts';
import type { DetectorRule } from '../../kernel/policy.ts';
import type { Report } from '../fault.ts';
import { promptVoice } from '../prompt-voice.ts';
import { closed, oneOf, optional } from '../schema.ts';
import { section } from '../section.ts';
import type { Neighbours, SectionTerms } from '../section.ts';

const shorthand = oneOf(['block', 'ask', 'redact', 'off']);
const riskOrOff = oneOf([...RISKS, 'off']);

const terms = {
  effect: optional(shorthand),
  deny: optional(riskOrOff),
  ask: optional(riskOrOff),
  threshold: optional(Type.Number({ minimum: 0, maximum: 1, description: 'a confidence from 0 to 1' })),
  redact: optional(Type.Boolean()),
};

const plain = Type.Union([shorthand, Type.Object(terms, { ...closed, description: 'a mapping of effect, deny, ask, threshold, redact' })], {
  description: 'block, ask, redact, off, or a mapping of effect, deny, ask, threshold, redact',
});

const withPrompt = Type.Union(
  [
    shorthand,
    Type.Object(
      { ...terms, prompt: optional(oneOf(PROMPT_WORDS, 'What becomes of what it finds in a prompt: redact or restore.')) },
      { ...closed, description: 'a mapping of effect, deny, ask, threshold, redact, prompt' },
    ),
  ],
  { description: 'block, ask, redact, off, or a mapping of effect, deny, ask, threshold, redact, prompt' },
);
type Terms = Static<typeof withPrompt>;

const each = Object.fromEntries(DETECTORS.map((name) => [name, optional(plain)])) as Record<Detector, TOptional<typeof plain>>;
const prompted = { pii: optional(withPrompt), secret: optional(withPrompt) } satisfies Record<PromptDetector, unknown>;

const SHORTHAND: Readonly<Record<Static<typeof shorthand>, DetectorRule>> = {
  block: { deny: 'CRITICAL', ask: 'HIGH', threshold: 0, redact: false },
  ask: { deny: null, ask: 'HIGH', threshold: 0, redact: false },
  redact: { deny: null, ask: null, threshold: 0, redact: true },
  off: { deny: null, ask: null, threshold: 0, redact: false },
};

const schema = Type.Object({ ...each, ...prompted }, closed);
type Detectors = Static<typeof schema>;

/** Every detector has a rule; one that is not named is `block`. */
export const detectors = section({
  schema,
  defaults: Object.fromEntries(DETECTORS.map((name) => [name, 'block' as const])),
  compile: (value, { document, report }) => {
    checkOrder(value, report);
    checkPrompts(value, { document, report });
    const rules = DETECTORS.map((name) => [name, ruleOf(value[name] ?? 'block')] as const);
    return { detectors: new Map(rules), voices: promptVoices(value, document) };
  },
  page: [
    [
      '`detectors.<name>`',
      '`block` (deny CRITICAL, ask HIGH), `ask` (ask HIGH and CRITICAL), `redact`, `off`, or `{effect, deny, ask, threshold, redact}`',
      '`block`',
    ],
    [
      '`detectors.pii`, `detectors.secret`',
      'the same, and in the mapping `prompt: redact` or `prompt: restore`: values found in requests to models are sent to the provider as placeholders; with `restore` they are put back into the answer before its calls are decided',
      'prompts are not touched',
    ],
  ],
  after: 'precision',
  samples: [
    { sql: 'ask', shell: { effect: 'block', deny: 'HIGH', ask: 'MEDIUM', threshold: 0.5, redact: true }, path: { ask: 'off' } },
    {
      url: 'off',
      injection: 'redact',
      unicode: 'block',
      exfiltration: 'ask',
      'supply-chain': 'ask',
      'agent-config': 'ask',
      classify: 'off',
      limit: 'ask',
    },
    { pii: { effect: 'off', prompt: 'restore' }, secret: { prompt: 'redact' } },
  ],
});

function ruleOf(value: Terms): DetectorRule {
  if (typeof value === 'string') return SHORTHAND[value];
  const base = SHORTHAND[value.effect ?? 'block'];
  return {
    deny: value.deny === undefined ? base.deny : value.deny === 'off' ? null : value.deny,
    ask: value.ask === undefined ? base.ask : value.ask === 'off' ? null : value.ask,
    threshold: value.threshold ?? 0,
    redact: value.redact ?? base.redact,
    ...(value.prompt === undefined ? {} : { prompt: value.prompt }),
  };
}

function checkOrder(value: Detectors, report: Report): void {
  for (const [name, detector] of Object.entries(value)) {
    if (typeof detector === 'string' || detector.deny === undefined || detector.ask === undefined) continue;
    if (detector.deny === 'off' || detector.ask === 'off' || riskRank(detector.ask) < riskRank(detector.deny)) continue;
    const message = `\`ask: ${detector.ask}\` never takes effect: \`deny: ${detector.deny}\` comes first`;
    report({ path: [name, 'ask'], code: 'UNREACHABLE', message, hint: 'Ask at a lower risk than you deny, or write ask: off.' });
  }
}

function promptOf(value: Detectors, name: PromptDetector): Exclude<Terms, string>['prompt'] {
  const detector = value[name];
  return typeof detector === 'object' ? detector.prompt : undefined;
}

/** What nobody governs nobody changes: the word would be read and never acted on. */
function checkPrompts(value: Detectors, { document, report }: Pick<SectionTerms, 'document' | 'report'>): void {
  if (document.kinds === undefined || document.kinds.includes('model')) return;
  for (const name of PROMPT_DETECTORS) {
    const prompt = promptOf(value, name);
    if (prompt === undefined) continue;
    const message = `\`prompt: ${prompt}\` has no effect: \`kinds\` does not include model`;
    report({ path: [name, 'prompt'], code: 'CONTRADICTION', message, hint: 'Add model to `kinds`, or remove `prompt`.' });
  }
}

function promptVoices(value: Detectors, { audit_only, precision }: Neighbours): readonly ReturnType<typeof promptVoice>[] {
  const wanted = PROMPT_DETECTORS.filter((name) => promptOf(value, name) !== undefined);
  if (wanted.length === 0) return [];
  return [promptVoice(wanted, (agent) => audit_only === true || (precision?.[agent] ?? precision?.['*'])?.auditOnly === true)];
}
