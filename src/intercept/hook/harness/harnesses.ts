import { claudeCode } from './claude-code/claude-code.ts';
import { codex } from './codex/codex.ts';
import { copilot } from './copilot/copilot.ts';
import { cursor } from './cursor/cursor.ts';
import { gemini } from './gemini/gemini.ts';
import type { Harness } from './harness.ts';

/** Every harness, in the order they are listed to people. */
export const HARNESSES: readonly Harness[] = [claudeCode, codex, cursor, gemini, copilot];

export function harnessOf(name: string): Harness | undefined {
  return HARNESSES.find((harness) => harness.name === name);
}
