import type { Excess, Words } from './sentences.ts';

const over = ({ budget, field }: Excess): string => `The budget ${budget} is used up (${field}).`;
const CORRECT = 'Correct the request.';
const DECLARE_PROGRAM = 'Declare the program in permissions.exec.';
const QUARANTINE = 'A person looks with `aegis mcp tools` and accepts with `aegis mcp accept`; the agent cannot.';

const CLAIMS = {
  priority: 'The priority must be 1 to 10.',
  complexity: 'The complexity must be 1 to 10.',
  confidence: 'The confidence must be 0 to 1.',
  usdMicros: 'The estimated cost must be a whole number ≥ 0.',
  tokens: 'The estimated tokens must be a whole number ≥ 0.',
  resource: 'A resource claim needs whole slots ≥ 1 and ttlMs ≥ 1.',
} as const;

const FAULTS = {
  unknown: 'There is no such approval.',
  expired: 'The approval has expired.',
  'other-action': 'The approval was given for another agent, session or tool.',
  'other-arguments': 'The approval was given for other arguments.',
  votes: 'Not enough of the people who approved may still approve.',
} as const;

/** The words of semantics 1 and 2. They never change: logs hold them. */
export const FIRST: Words = {
  nothingMatched: 'Nothing speaks against it.',
  defaultEffect: (effect) =>
    effect === 'allow'
      ? { message: 'No rule speaks against it, and the policy allows by default.' }
      : {
          message: effect === 'ask' ? 'No rule allows it, and the policy asks by default.' : 'No rule allows it, and the policy denies by default.',
          hint: 'Add a rule or a list that allows it.',
        },
  unlisted: (tool) => ({ message: `The tool ${tool} is on no list of this agent.`, hint: 'Put it on a list to decide once and for all.' }),
  blocked: (tool) => ({ message: `The tool ${tool} is blocked for this agent.`, hint: 'Nobody can approve a blocked tool; change the policy.' }),
  review: (tool) => ({ message: `The tool ${tool} is listed for review.` }),
  unknownAgent: (agent) => ({ message: `The agent ${agent} is not registered.`, hint: 'Register it first.' }),
  revoked: (agent) => ({ message: `The agent ${agent} was revoked.`, hint: 'A revoked agent stays revoked; register another.' }),
  sessionNotOpen: (session) => ({ message: `The session ${session} is not open.`, hint: 'Open a session first.' }),
  sessionForeign: () => ({ message: 'The session belongs to another agent.', hint: 'Use a session of your own.' }),
  sessionClosed: (session) => ({ message: `The session ${session} is closed.`, hint: 'Start a new session.' }),
  halted: ({ kind }, reason) => ({ message: `Halted (${kind}): ${reason}`, hint: 'An operator can resume it.' }),
  claim: (name) => ({ message: CLAIMS[name], hint: CORRECT }),
  priorityExceeded: (_claimed, most) => ({ message: `The agent may claim priority ${String(most)} at most.`, hint: 'Claim less.' }),
  ruleFailed: (rule) => ({ message: `The rule ${rule} failed, so it denies.`, hint: 'Correct the rule; `aegis policy test` shows it.' }),
  overBudget: (excess) => ({ message: over(excess), hint: 'Wait for the next period, or ask an operator to raise the budget.' }),
  priceUnknown: () => ({
    message: 'Nobody knows what this will cost, and a money limit applies.',
    hint: 'Price the model in the policy, or send an estimate.',
  }),
  rate: ({ limit, kind, retryMs }) => ({
    message: `More than ${String(limit)} ${kind} per minute.${retryMs === null ? '' : ` It is free again in ${String(retryMs)} ms.`}`,
  }),
  repeatedCall: (times) => ({ message: `The same call was made ${String(times)} times already.`, hint: 'Do something else, or wait.' }),
  repeatedSequence: (calls) => ({ message: `The same ${String(calls)} calls repeat for the third time.`, hint: 'Do something else, or wait.' }),
  noProgress: () => ({ message: 'The same tool ended in the same state again and again.', hint: 'Do something else, or wait.' }),
  tainted: (what, labels) => ({
    message: `The ${what} was quoted from ${labels.join(', ')}, not given by the user.`,
    hint: 'Let the user name it, or let an operator endorse the value: aegis endorse <session> <value>.',
  }),
  afterInjection: ({ finding }) => ({ message: `The session holds instructions to the model: ${finding}.` }),
  lockSlots: (resource, slots) => ({ message: `${resource} is held with ${String(slots)} slots; every claim must name that number.` }),
  locksHeld: (most) => ({ message: `The agent holds ${String(most)} locks already.` }),
  lockHeld: (resource, held) => ({ message: `${resource} is held by ${held ? 'another action' : 'nobody, but others wait before this one'}.` }),
  deadlock: (resource) => ({ message: `Waiting for ${resource} would never end: its holder waits for this session.` }),
  undeclaredTool: (manifest, tool) => ({
    message: `The manifest ${manifest} does not declare the tool ${tool}.`,
    hint: 'Declare it in permissions.tools.',
  }),
  manifestAsks: (tool) => ({ message: `The manifest asks for approval of ${tool}.` }),
  undeclaredPath: (verb, path) => ({
    message: `The manifest does not let this agent ${verb} ${path}.`,
    hint: 'Declare the root in permissions.fs.',
  }),
  undeclaredHost: (host) => ({ message: `The manifest does not allow the host ${host}.`, hint: 'Declare it in permissions.net.domains.' }),
  unreadHost: { message: 'The host of this connection could not be read.', hint: 'Send to a plain host name.' },
  undeclaredSecret: {
    message: 'A credential the manifest does not declare is in the arguments.',
    hint: 'Declare it in permissions.secrets.',
  },
  undeclaredProgram: (program) => ({ message: `The manifest does not allow the program ${program}.`, hint: DECLARE_PROGRAM }),
  undeclaredArguments: (program) => ({ message: `The manifest does not allow ${program} with these arguments.`, hint: DECLARE_PROGRAM }),
  dynamicProgram: { message: 'Part of the command is only known at run time.', hint: DECLARE_PROGRAM },
  unreadProgram: { message: 'The program this would run could not be read.', hint: 'Pass the command in a form that can be read.' },
  aboveCeiling: () => ({ message: 'The action costs more than the ceiling for one action.', hint: 'Split it, or raise intents.costCeiling.' }),
  agentBlocked: (agent) => ({ message: `The agent ${agent} is blocked by policy.`, hint: 'Change intents.blockedAgents.' }),
  intentBlocked: (pattern) => ({ message: `The intent matches the blocked pattern ${pattern}.`, hint: 'No approval releases a blocked intent.' }),
  priorityTooLow: (pattern, min) => ({ message: `The intent ${pattern} needs priority ${String(min)}.`, hint: 'Claim the priority it deserves.' }),
  toolNeverShown: (server, tool) => ({ message: `The server ${server} never showed a tool ${tool} to this agent.`, hint: QUARANTINE }),
  toolInQuarantine: ({ server, name }, doubts) => ({
    message: `The tool ${name} of ${server} is in quarantine: ${doubts.join(', ')}.`,
    hint: QUARANTINE,
  }),
  toolChanged: (server, tool) => ({ message: `The tool ${tool} of ${server} is not defined as it was pinned.`, hint: QUARANTINE }),
  found: ({ code, evidence }) => ({ message: `${code}: ${evidence}` }),
  redacted: (detector) => ({ message: `What ${detector} found is redacted.` }),
  costsMore: () => ({ message: 'It costs more than may be spent without a person.' }),
  unsure: () => ({ message: 'The agent is not sure enough.' }),
  sensitive: (intent) => ({ message: `The intent ${intent} needs a person.` }),
  tooManyPending: (pending) => ({ message: `The agent has ${String(pending)} approvals pending already.`, hint: 'Wait until some are answered.' }),
  conflictingChanges: { message: 'Several rules want to change the same arguments.', hint: 'Give each rule a pointer of its own.' },
  released: (approval) => ({ message: `Released by approval ${approval}.` }),
  releasedByGrant: (grant) => ({ message: `Released by the standing grant ${grant}.` }),
  approvalFault: (fault, status) => ({
    message: fault === 'not-granted' ? `The approval is ${status}, not granted.` : FAULTS[fault],
    hint: 'Ask again.',
  }),
  approvalEnded: (status) => ({ message: `The approval is ${status}, not granted.`, hint: 'Ask again.' }),
  // No log of these semantics holds a named file.
  filesChanged: (files) => ({ message: `Files changed: ${String(files.length)}.` }),
};
