import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { HookDecision, ToolCall } from '../../../src/intercept/hook/harness/protocol.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';

/** `conformance/hooks/<harness>.json`: what a harness documents to send, to understand and to keep in its settings. */
export interface HookDocument {
  readonly harness: string;
  readonly documented: string;
  readonly source: string;
  readonly calls: readonly {
    readonly title: string;
    readonly event: string;
    readonly payload: JsonObject;
    readonly call?: Partial<ToolCall> | null;
    readonly result?: Json;
    readonly prompt?: string;
    readonly session?: string;
  }[];
  readonly answers: readonly { readonly event: string; readonly decision?: HookDecision; readonly answer: JsonObject }[];
  /** Its name for a tool that runs a command line in the argument `command`. */
  readonly shell: string;
  /** How it tells of any call before and after it ran; `{session}` and its like are filled in. */
  readonly before: Template;
  readonly after: Template;
  readonly settings: SettingsDocument;
  /** Which changes of a call's arguments can be handed back. */
  readonly changes: readonly {
    readonly title: string;
    readonly event: string;
    readonly before: JsonObject;
    readonly after: JsonObject;
    readonly carried: boolean;
  }[];
  readonly control?: ControlDocument;
}

interface Template {
  readonly event: string;
  readonly payload: JsonObject;
}

/** For a home `/home/ann`, a project `/home/ann/shop` and a daemon at 127.0.0.1:7411; `{command}` stands for the launcher's command line. */
interface SettingsDocument {
  readonly user: string;
  readonly moved?: { readonly variable: string; readonly user: string };
  readonly project: string;
  readonly beside: JsonObject;
  /** The entry under each event, all of them for the handler that is taken unless another is wanted. */
  readonly installed: readonly { readonly handler: 'http' | 'command'; readonly blocking: boolean; readonly hooks: JsonObject }[];
}

/** The second file that decides whether hooks run, beside the settings; `{settings}` and `{control}` stand for the two paths. */
interface ControlDocument {
  readonly file: string;
  /** With this our hook runs. */
  readonly runs: string;
  /** With these it does not: why, and the code with which an installation is refused where it is. */
  readonly keeps: readonly { readonly text: string; readonly reason: string; readonly refused?: string }[];
}

export function documentOf(harness: string): HookDocument {
  return JSON.parse(readFileSync(new URL(`../../../conformance/hooks/${harness}.json`, import.meta.url), 'utf8')) as HookDocument;
}

/** A call as a test asks for it. */
export interface Asked {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly session?: string;
  readonly mode?: string;
}

/** The event before the call. */
export function beforeOf({ before }: HookDocument, asked: Asked): { readonly event: string; readonly payload: JsonObject } {
  return { event: before.event, payload: filled(before.payload, valuesOf(asked)) };
}

/** The event after it. */
export function afterOf({ after }: HookDocument, asked: Asked, answer: unknown): { readonly event: string; readonly payload: JsonObject } {
  return { event: after.event, payload: filled(after.payload, { ...valuesOf(asked), '{answer}': answer as Json }) };
}

type Values = Readonly<Record<string, Json | undefined>>;

function valuesOf({ name, args, id, session = 's1', mode = 'default' }: Asked): Values {
  const held = args as JsonObject;
  return { '{session}': session, '{mode}': mode, '{tool}': name, '{args}': held, '{argsText}': JSON.stringify(held), '{id}': id };
}

/** Members whose value is not known are left out. */
function filled(template: JsonObject, values: Values): JsonObject {
  return Object.fromEntries(
    Object.entries(template).flatMap(([key, held]) => {
      if (typeof held === 'object' && held !== null && !Array.isArray(held)) return [[key, filled(held as JsonObject, values)] as const];
      const value = typeof held === 'string' && Object.hasOwn(values, held) ? values[held] : held;
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/** What a harness would do on an answer to the event before a call, by what it documents: a denial first, where it says it like a question. */
export function effectIn({ answers, before }: HookDocument, answer: JsonObject): HookDecision['effect'] | 'silence' | 'not documented' {
  if (Object.keys(answer).length === 0) return 'silence';
  const rows = answers.flatMap(({ event, decision, answer: said }) => (event === before.event && decision !== undefined ? [{ decision, said }] : []));
  const denials = rows.filter(({ decision }) => decision.effect === 'deny');
  return [...denials, ...rows].find(({ decision, said }) => says(said, answer, decision))?.decision.effect ?? 'not documented';
}

/** Whether an answer is the documented one with another reason or other arguments. */
function says(documented: Json | undefined, answer: Json | undefined, decision: HookDecision): boolean {
  if ('text' in decision && documented === decision.text) return typeof answer === 'string';
  if (typeof documented !== 'object' || documented === null) return documented === answer;
  if (typeof answer !== 'object' || answer === null) return false;
  if ('args' in decision && isDeepStrictEqual(documented, decision.args)) return true;
  const [left, right] = [documented as JsonObject, answer as JsonObject];
  return isDeepStrictEqual(Object.keys(left), Object.keys(right)) && Object.keys(left).every((key) => says(left[key], right[key], decision));
}
