import { claudeCode } from './harness/claude-code.ts';
import { codex } from './harness/codex.ts';
import { copilot } from './harness/copilot.ts';
import { cursor } from './harness/cursor.ts';
import { gemini } from './harness/gemini.ts';
import type { Harness, HarnessName } from './harness.ts';

const ALL: Readonly<Record<HarnessName, Harness>> = { 'claude-code': claudeCode, codex, cursor, gemini, copilot };

export function harnessOf(name: string): Harness | undefined {
  return Object.hasOwn(ALL, name) ? ALL[name as HarnessName] : undefined;
}
