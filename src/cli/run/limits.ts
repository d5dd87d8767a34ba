import { InvalidArgumentError } from 'commander';
import { limitFault, type Limits } from '../../supervise/limits.ts';
import { CliError, EXIT } from '../exit.ts';

/** Parsers of what a person types as a limit. Whatever is not clearly one is an error: a limit that is not understood would be none. */
export function count(text: string): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < 1) throw new InvalidArgumentError('Give a whole number from 1 on.');
  return value;
}

export function dollars(text: string): number {
  const value = Number(text.replace(/^\$/, ''));
  if (!/^\$?\d{1,9}(\.\d{1,6})?$/.test(text) || value <= 0) throw new InvalidArgumentError('Give dollars above 0, as in 5 or 0.50.');
  return value;
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, '': 1_000 };

export function duration(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,9})(ms|s|m|h|)$/.exec(text) ?? [];
  const ms = Number(amount) * (UNITS_MS[unit] ?? 0);
  if (amount === '' || ms < 1 || ms > 2_147_483_647)
    throw new InvalidArgumentError('Give a time from 1 ms to 24 days, as in 90s, 10m or 2h; without a unit it is seconds.');
  return ms;
}

const UNITS_BYTES: Readonly<Record<string, number>> = { k: 1_024, m: 1_048_576, g: 1_073_741_824, '': 1 };

export function bytes(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,15})(k|m|g|)(?:i?b)?$/.exec(text.toLowerCase()) ?? [];
  const value = Number(amount) * (UNITS_BYTES[unit] ?? 0);
  if (amount === '' || value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a size, as in 512M or 2G; without a unit it is bytes.');
  return value;
}

/** A limit as a flag and as a variable. */
interface LimitFlag {
  readonly flag: string;
  readonly variable: string;
  readonly limit: Exclude<keyof Limits, 'maxToolCallsPerMinute'>;
  readonly read: (text: string) => number;
  readonly says: string;
}

export const LIMIT_FLAGS: readonly LimitFlag[] = [
  {
    flag: '--max-tokens-per-min <n>',
    variable: 'AEGIS_MAX_TOKENS_PER_MIN',
    limit: 'maxTokensPerMinute',
    read: count,
    says: 'kill when more tokens are used within a minute',
  },
  {
    flag: '--max-api-calls-per-min <n>',
    variable: 'AEGIS_MAX_API_CALLS_PER_MIN',
    limit: 'maxApiCallsPerMinute',
    read: count,
    says: 'kill when more model requests and tool calls are made within a minute',
  },
  {
    flag: '--max-repeated-actions <n>',
    variable: 'AEGIS_MAX_REPEATED_ACTIONS',
    limit: 'maxRepeatedActions',
    read: count,
    says: 'kill when the same action is done more often within the window',
  },
  {
    flag: '--repeated-window-ms <ms>',
    variable: 'AEGIS_REPEATED_WINDOW_MS',
    limit: 'repeatedActionWindowMs',
    read: count,
    says: 'window of --max-repeated-actions (default 60000)',
  },
  { flag: '--max-cost <usd>', variable: 'AEGIS_MAX_COST', limit: 'maxCostUsd', read: dollars, says: 'kill when more dollars were spent' },
  {
    flag: '--max-wall-time <time>',
    variable: 'AEGIS_MAX_WALL_TIME',
    limit: 'maxWallTimeMs',
    read: duration,
    says: 'kill after this time: 90s, 10m, 2h',
  },
  { flag: '--max-steps <n>', variable: 'AEGIS_MAX_STEPS', limit: 'maxSteps', read: count, says: 'kill when the agent proposed more actions' },
  {
    flag: '--max-memory <size>',
    variable: 'AEGIS_MAX_MEMORY',
    limit: 'maxMemoryBytes',
    read: bytes,
    says: 'kill when all its processes hold more: 512M, 2G',
  },
  { flag: '--max-processes <n>', variable: 'AEGIS_MAX_PROCESSES', limit: 'maxProcesses', read: count, says: 'kill when it has more processes' },
];

export const TOOL_RATE = {
  flag: '--max-tool-rate <tool=n>',
  variable: 'AEGIS_MAX_TOOL_RATE',
  says: 'kill when this tool is called more often within a minute; repeatable',
} as const;

/** `send_email=5`, added to what was read before. What stands before the last `=` is the tool's name. */
export function toolRate(text: string, before: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const at = text.lastIndexOf('=');
  const tool = text.slice(0, Math.max(at, 0)).trim();
  if (tool === '') throw new InvalidArgumentError('Give a tool and its calls per minute, as in send_email=5.');
  if (Object.hasOwn(before, tool)) throw new InvalidArgumentError(`\`${tool}\` is given twice.`);
  return Object.fromEntries([...Object.entries(before), [tool, count(text.slice(at + 1).trim())]]);
}

const toolRates = (text: string): Readonly<Record<string, number>> =>
  text.split(',').reduce<Readonly<Record<string, number>>>((before, one) => toolRate(one, before), {});

/** Limits from the flags, and from the variables where a flag is not given. @throws CliError for a variable that is no limit */
export function limitsFrom(options: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): Limits {
  const limits: { -readonly [K in keyof Limits]: Limits[K] } = {};
  for (const { flag, variable, limit, read } of LIMIT_FLAGS) {
    const given = options[optionName(flag)];
    const text = env[variable];
    if (typeof given === 'number') limits[limit] = given;
    else if (text !== undefined && text !== '') limits[limit] = fromVariable(variable, text, read);
  }
  const rates = options['maxToolRate'] as Limits['maxToolCallsPerMinute'];
  const variable = env[TOOL_RATE.variable] ?? '';
  if (rates !== undefined) limits.maxToolCallsPerMinute = rates;
  else if (variable !== '') limits.maxToolCallsPerMinute = fromVariable(TOOL_RATE.variable, variable, toolRates);
  const fault = limitFault({ ...limits });
  if (fault !== null) throw new CliError(EXIT.usage, 'USAGE', `The limit \`${fault.name}\` ${fault.why}.`);
  if (limits.repeatedActionWindowMs !== undefined && limits.maxRepeatedActions === undefined)
    throw new CliError(EXIT.usage, 'USAGE', 'A window for repeated actions is given, and no limit.', 'Add --max-repeated-actions.');
  return limits;
}

const optionName = (flag: string): string => (flag.split(' ')[0] ?? '').slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function fromVariable<T>(variable: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new CliError(EXIT.usage, 'USAGE', `${variable} is \`${text}\`. ${error.message}`);
    throw error;
  }
}
