import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODES } from '../../../src/kernel/words/findings.ts';

/** Environment variables and stored procedures, which are spelled like codes. */
const NOT_CODES =
  /_BASE_URL$|_API_BASE$|^LD_|^DYLD_|^GIT_(?:ASKPASS|EDITOR|EXTERNAL_DIFF|PAGER|PROXY_COMMAND|SEQUENCE_EDITOR|SSH|SSH_COMMAND|TEMPLATE_DIR)$|^(?:NODE_OPTIONS|JAVA_TOOL_OPTIONS|GCONV_PATH|BASH_ENV|SUDO_EDITOR|SUDO_ASKPASS|SSH_ASKPASS|RSYNC_RSH|CVS_RSH|PROMPT_COMMAND|CODEX_HOME|COPILOT_HOME|GEMINI_CLI_[A-Z_]+|CLAUDE_CONFIG_DIR|AZURE_OPENAI_ENDPOINT|EAI_AGAIN)$|^(?:SP|XP)_/;

test('[INSPECT-15] every code a reader may give is listed with a sentence', () => {
  const used = new Set<string>();
  for (const file of globSync('src/inspect/**/*.ts')) {
    if (file.endsWith('codes.ts')) continue;
    for (const match of readFileSync(file, 'utf8').matchAll(/'((?:[A-Z][A-Z0-9]+_)+[A-Z0-9]+|UNINSPECTABLE)'/g))
      if (!NOT_CODES.test(match[1] ?? '')) used.add(match[1] ?? '');
  }
  assert.deepEqual([...used].filter((code) => !CODES.has(code)).sort(), []);
  for (const [code, sentence] of CODES) assert.match(sentence, /^[A-Z].*\.$/, code);
});
