import type { TripCode } from '../kernel/words/runs.ts';

export type TripDetail = Readonly<Record<string, string | number>>;

export interface Trip {
  readonly code: TripCode;
  /** What was measured and the limit, under the names of each code (docs/how-to/contain-an-agent.md). */
  readonly detail: TripDetail;
}

const number = (value: string | number | undefined): string => (typeof value === 'number' ? value.toLocaleString('en-US') : String(value));
const dollars = (value: string | number | undefined): string => `$${Number(value).toFixed(2)}`;
const mebibytes = (value: string | number | undefined): string => `${Math.round(Number(value) / 1_048_576).toLocaleString('en-US')} MiB`;
const seconds = (value: string | number | undefined): string => `${(Number(value) / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} s`;

/** The sentence a person reads. */
export function tripText({ code, detail }: Trip): string {
  switch (code) {
    case 'TOKEN_BURN_RATE_EXCEEDED':
      return `${number(detail['tokensPerMinute'])} tokens in the last minute; the limit is ${number(detail['limit'])}.`;
    case 'API_CALL_RATE_EXCEEDED':
      return `${number(detail['callsPerMinute'])} API calls in the last minute; the limit is ${number(detail['limit'])}.`;
    case 'TOOL_RATE_EXCEEDED':
      return `\`${String(detail['tool'])}\` was called ${number(detail['callsPerMinute'])} times in the last minute; its limit is ${number(detail['limit'])}.`;
    case 'REPETITIVE_LOOP_DETECTED':
      return `\`${String(detail['signature'])}\` was done ${number(detail['count'])} times within ${seconds(detail['windowMs'])}; the limit is ${number(detail['limit'])}.`;
    case 'COST_EXCEEDED':
      return `${dollars(detail['usd'])} were spent; the limit is ${dollars(detail['limit'])}.`;
    case 'STEPS_EXCEEDED':
      return `${number(detail['steps'])} steps; the limit is ${number(detail['limit'])}.`;
    case 'WALL_TIME_EXCEEDED':
      return `It ran for ${seconds(detail['ms'])}; the limit is ${seconds(detail['limit'])}.`;
    case 'MEMORY_EXCEEDED':
      return `It held ${mebibytes(detail['bytes'])} of memory; the limit is ${mebibytes(detail['limit'])}.`;
    case 'PROCESSES_EXCEEDED':
      return `It had ${number(detail['processes'])} processes; the limit is ${number(detail['limit'])}.`;
    case 'OPERATOR_HALT':
      return `An operator halted it: ${String(detail['reason'])}`;
    case 'POLICY_HALT':
      return `The policy halted it: ${String(detail['reason'])}`;
    case 'MONITOR_ERROR':
      return `It could not be watched any more: ${String(detail['message'])}`;
  }
}
