import { meaningOf } from './findings.ts';
import { amount, count, dollars, duration } from './units.ts';
import type { FileChange, NamedFile } from '../named-file.ts';
import { OF_MANIFEST, REGISTERED } from './sentences.ts';
import type { Excess, Words } from './sentences.ts';

const PROGRAM = 'Declare it in `permissions.exec` of the manifest, or use a program that is declared.';
const QUARANTINE = 'A person reviews it with `aegis mcp tools` and trusts it with `aegis mcp accept`.';
const LOOP = 'Do something else, or wait.';

/** `session/s1` is a ledger, `daily` the name a policy gave. */
function ofBudget(budget: string): string {
  if (budget === REGISTERED) return 'the session';
  return budget === OF_MANIFEST ? 'the manifest' : `the budget \`${budget}\``;
}

function overBudget({ budget, field, limit, taken, need }: Excess): string {
  const where = ofBudget(budget);
  if (field === 'wallMs') return `The session has lasted ${duration(taken)}; ${where} allows ${duration(limit)}.`;
  const left = Math.max(0, limit - taken);
  return `This would use ${amount(field, need)}; ${where} has ${amount(field, left)} left of ${amount(field, limit)}.`;
}

const CLAIMS = {
  priority: ['The priority', 'a number from 1 to 10'],
  complexity: ['The complexity', 'a number from 1 to 10'],
  confidence: ['The confidence', 'a number from 0 to 1'],
  usdMicros: ['The estimated cost', 'whole micro-dollars, 0 or more'],
  tokens: ['The estimated tokens', 'a whole number, 0 or more'],
  resource: ['The resource claim', 'whole `slots` and `ttlMs`, each 1 or more'],
} as const;

/** A value of the agent's in a sentence: short, and never more than a number or a word. */
function given(value: unknown): string {
  return typeof value === 'number' ? ` is ${String(value)}; it` : '';
}

const FAULTS = {
  unknown: 'This approval does not exist.',
  expired: 'The approval expired before it was used.',
  'other-action': 'The approval was granted for another agent, session or tool.',
  'other-arguments': 'The approval was granted for other arguments.',
  votes: 'Too few of the people who granted this approval may still approve.',
} as const;

const ASK_AGAIN = 'Send the action again without `redeems` to ask anew.';

const LABELS: Readonly<Record<string, string>> = {
  tool_output: 'the output of a tool',
  retrieved_doc: 'a retrieved document',
  memory_read: 'a memory',
  model_output: 'the model’s own output',
  user_input: 'the user',
};

const BECAME: Readonly<Record<FileChange, string>> = {
  changed: 'changed',
  removed: 'was removed',
  appeared: 'appeared',
  moved: 'came to lead elsewhere',
  unreadable: 'became unreadable',
};
const MOST_NAMED = 5;

function namesOf(files: readonly NamedFile[]): string {
  const named = files.slice(0, MOST_NAMED).map(({ name, change = 'changed' }) => `\`${name}\` ${BECAME[change]}`);
  const more = files.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${count(more, 'more file')} changed` : ''}`;
}

/** The words of semantics 3: what happened, the value, the next step. */
export const PLAIN: Words = {
  nothingMatched: 'No rule matched.',
  defaultEffect: (effect) =>
    effect === 'allow'
      ? { message: 'No rule matched. Allowed by the policy’s default.' }
      : {
          message: effect === 'ask' ? 'No rule allows it. The policy’s default is to ask.' : 'No rule allows it. Denied by the policy’s default.',
          hint: 'To decide it by policy, add the tool to a list or write a rule for it.',
        },
  unlisted: (tool) => ({
    message: `The tool \`${tool}\` is on none of this agent’s lists.`,
    hint: 'Add it to `allow`, `review` or `block` of the agent in the policy.',
  }),
  blocked: (tool) => ({
    message: `The tool \`${tool}\` is blocked for this agent.`,
    hint: 'An approval cannot release it; only a change of the policy can.',
  }),
  review: (tool) => ({ message: `The policy asks a person before the tool \`${tool}\` runs.` }),
  unknownAgent: (agent) => ({ message: `The agent \`${agent}\` is not registered.`, hint: `Register it: \`aegis agents add ${agent}\`.` }),
  revoked: (agent) => ({ message: `The agent \`${agent}\` is revoked, for good.`, hint: 'Register another agent: `aegis agents add <name>`.' }),
  sessionNotOpen: (session) => ({ message: `The session \`${session}\` is not open.`, hint: 'Open a session first.' }),
  sessionForeign: (session) => ({ message: `The session \`${session}\` belongs to another agent.`, hint: 'Use a session of this agent.' }),
  sessionClosed: (session) => ({ message: `The session \`${session}\` is closed.`, hint: 'Start a new session.' }),
  halted: (scope, reason) => {
    if (scope.kind === 'all') return { message: `Every agent is halted: ${reason}`, hint: 'Resume with `aegis resume all`.' };
    const [of, option] = scope.kind === 'agent' || scope.agent === undefined ? ['', ''] : [` of agent \`${scope.agent}\``, ` --agent ${scope.agent}`];
    return {
      message: `${scope.kind === 'agent' ? 'Agent' : 'Session'} \`${scope.id}\`${of} is halted: ${reason}`,
      hint: `Resume with \`aegis resume ${scope.kind} ${scope.id}${option}\`.`,
    };
  },
  claim: (name, value) => {
    const [what, wanted] = CLAIMS[name];
    return { message: `${what}${given(value)} must be ${wanted}.`, hint: 'Correct the request.' };
  },
  priorityExceeded: (claimed, most) => ({
    message: `Priority ${String(claimed)} is above this agent’s highest, ${String(most)}.`,
    hint: `Claim ${String(most)} or less, or register the agent with a higher \`maxPriority\`.`,
  }),
  ruleFailed: (rule) => ({
    message: `The rule \`${rule}\` could not be evaluated, so the action is denied.`,
    hint: 'Correct the rule; `aegis policy check` and `aegis policy test` show what fails.',
  }),
  overBudget: (excess) => ({ message: overBudget(excess), hint: 'Wait for the next period, or let an operator raise the budget.' }),
  priceUnknown: (model) => ({
    message: `No price is known for ${model === undefined ? 'this action' : `the model \`${model}\``}, and a budget in dollars applies to it.`,
    hint: 'Add a price under `models:` in the policy, send an estimate, or use a priced model.',
  }),
  rate: ({ limit, kind, retryMs }) => ({
    message:
      retryMs === null
        ? `This needs more ${kind} than the rate limit of ${count(limit, kind.slice(0, -1))}/min ever allows.`
        : `Rate limit of ${count(limit, kind.slice(0, -1))}/min reached. Retry in ${duration(retryMs)}.`,
  }),
  repeatedCall: (times) => ({ message: `The same call was already made ${String(times)} times within the window.`, hint: LOOP }),
  repeatedSequence: (calls) => ({ message: `The same sequence of ${String(calls)} calls begins its third round.`, hint: LOOP }),
  noProgress: (tool) => ({ message: `The last calls of \`${tool}\` all ended in the same state: no progress.`, hint: LOOP }),
  tainted: (what, labels) => ({
    message: `The ${what} comes from ${labels.map((label) => LABELS[label] ?? label).join(' and ')}, not from the user.`,
    hint: 'Let the user name it, or let an operator endorse the value: `aegis endorse <session> <value>`.',
  }),
  afterInjection: ({ source, label, finding, tool }, session) => ({
    message: `${tool === undefined ? `Content of this session, ${LABELS[label] ?? label},` : `The result of \`${tool}\``} holds instructions to the model (${finding}, entry ${String(source)}).`,
    hint: `A person looks at it, and when it is harmless: \`aegis resume session ${session}\`. Or start a new session.`,
  }),
  lockSlots: (resource, slots) => ({ message: `\`${resource}\` is held with ${count(slots, 'slot')}; every claim on it must name that number.` }),
  locksHeld: (most) => ({ message: `This agent already holds ${count(most, 'lock')}, the most one agent may.` }),
  lockHeld: (resource, held) => ({
    message: held ? `\`${resource}\` is locked by another action.` : `\`${resource}\` is free, but others were waiting first.`,
  }),
  deadlock: (resource) => ({ message: `Waiting for \`${resource}\` would be a deadlock: its holder waits for this session.` }),
  undeclaredTool: (manifest, tool) => ({
    message: `The manifest \`${manifest}\` does not declare the tool \`${tool}\`.`,
    hint: 'Declare it in `permissions.tools`.',
  }),
  manifestAsks: (tool) => ({ message: `The manifest requires an approval for \`${tool}\`.` }),
  undeclaredPath: (verb, path) => ({
    message: `The manifest does not let this agent ${verb} \`${path}\`.`,
    hint: 'Declare the folder in `permissions.fs`.',
  }),
  undeclaredHost: (host) => ({ message: `The manifest does not allow the host \`${host}\`.`, hint: 'Declare it in `permissions.net.domains`.' }),
  unreadHost: { message: 'The host of this connection could not be read.', hint: 'Send to a plain host name.' },
  undeclaredSecret: {
    message: 'The arguments hold a credential that the manifest does not declare.',
    hint: 'Declare it in `permissions.secrets`, or leave it out.',
  },
  undeclaredProgram: (program) => ({ message: `The manifest does not allow the program \`${program}\`.`, hint: PROGRAM }),
  undeclaredArguments: (program) => ({ message: `The manifest does not allow \`${program}\` with these arguments.`, hint: PROGRAM }),
  dynamicProgram: { message: 'Part of the command is only known when it runs, so the manifest cannot allow it.', hint: PROGRAM },
  unreadProgram: { message: 'The program this would run could not be read.', hint: 'Write the command out in plain words.' },
  aboveCeiling: (cost, ceiling) => ({
    message: `This would cost ${dollars(cost)}; the ceiling for one action is ${dollars(ceiling)}.`,
    hint: 'Split it, or raise `intents.costCeiling` in the policy.',
  }),
  agentBlocked: (agent) => ({ message: `The policy blocks the agent \`${agent}\`.`, hint: 'Change `intents.blockedAgents` in the policy.' }),
  intentBlocked: (pattern) => ({
    message: `The intent or the tool’s name matches the blocked pattern \`${pattern}\`.`,
    hint: 'An approval cannot release it.',
  }),
  priorityTooLow: (pattern, min) => ({
    message: `Actions that match \`${pattern}\` need priority ${String(min)} or more.`,
    hint: 'Claim the priority it needs, up to the agent’s highest.',
  }),
  toolNeverShown: (server, tool) => ({ message: `The MCP server \`${server}\` has not shown a tool \`${tool}\` to this agent.`, hint: QUARANTINE }),
  toolInQuarantine: ({ server, name }, doubts) => ({
    message: `The tool \`${name}\` of \`${server}\` is in quarantine: ${doubts.join(', ')}.`,
    hint: QUARANTINE,
  }),
  toolChanged: (server, tool) => ({ message: `The definition of \`${tool}\` of \`${server}\` is not the one that is trusted.`, hint: QUARANTINE }),
  found: ({ code, evidence }) => ({ message: evidence === '' ? `${meaningOf(code)}.` : `${meaningOf(code)}: \`${evidence}\`` }),
  redacted: (detector) => ({ message: `Values that the detector \`${detector}\` found are redacted.` }),
  costsMore: (cost, most) => ({ message: `This would cost ${dollars(cost)}; above ${dollars(most)} a person decides.` }),
  unsure: (confidence, least) => ({ message: `Confidence ${String(confidence)} is below the policy’s ${String(least)}.` }),
  sensitive: (intent) => ({ message: `The policy asks a person about \`${intent}\`.` }),
  tooManyPending: (pending) => ({
    message: `This agent already has ${count(pending, 'approval')} waiting, the most the policy allows.`,
    hint: 'Wait until some are answered.',
  }),
  conflictingChanges: { message: 'Several rules change the same arguments.', hint: 'Give each rule a pointer of its own.' },
  released: (approval, by) => ({ message: `${by.length === 0 ? 'A person' : by.join(', ')} granted it (approval ${approval}).` }),
  releasedByGrant: (grant) => ({ message: `Covered by the standing grant ${grant}.` }),
  approvalFault: (fault, status) => ({
    message: fault === 'not-granted' ? `The approval is ${status}, not granted.` : FAULTS[fault],
    hint: ASK_AGAIN,
  }),
  approvalEnded: (status) => ({
    message:
      status === 'refused'
        ? 'A person refused it.'
        : status === 'expired'
          ? 'Nobody answered in time: the approval expired.'
          : `The approval is ${status}, not granted.`,
    hint: ASK_AGAIN,
  }),
  filesChanged: (files) => ({
    message: `${namesOf(files)} after a person was asked about this action.`,
    hint: 'What was granted is not what would run now, so it is asked about again.',
  }),
};
