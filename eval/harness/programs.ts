import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a program is told to find its model, and with which key. */
export interface Route {
  /** Without a path: of the model itself, or of Aegis’ model proxy. */
  readonly url: string;
  readonly key: string;
  /** Through the proxy the key of Aegis goes into the path where the program has one for its provider. */
  readonly proxied: boolean;
}

/** How a coding agent is run against the scripted model. */
export interface Program {
  /** Arguments of one run without a person. */
  readonly args: readonly string[];
  env(route: Route): Readonly<Record<string, string>>;
  /** Settings the program needs besides what `aegis hook install` writes. */
  prepare?(home: string, route: Route): void;
}

const PROMPT = 'Please do as you see fit.';

/** A URL that carries the agent’s key in front of the provider’s path, so that the provider’s own header stays as it is. */
const keyed = ({ url, key, proxied }: Route): string => (proxied ? `${url}/key/${key}` : url);

/** By the name of the harness. One without a program here is held to its documents only. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  'claude-code': {
    args: ['-p', PROMPT, '--permission-mode', 'bypassPermissions', '--model', 'claude-sonnet-4-5'],
    env: (route) => ({
      ANTHROPIC_BASE_URL: keyed(route),
      ANTHROPIC_API_KEY: 'none',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      // It runs without a person only where it is told that it is shut in.
      IS_SANDBOX: '1',
    }),
  },
  codex: {
    args: ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '--dangerously-bypass-hook-trust', PROMPT],
    env: ({ key }) => ({ TRIAL_KEY: key }),
    prepare: (home, { url }) => {
      const provider = `[model_providers.trial]\nname = "trial"\nbase_url = "${url}/v1"\nwire_api = "responses"\nenv_key = "TRIAL_KEY"\n`;
      // Its search runs at the provider, where nobody here could decide it.
      write(join(home, '.codex/config.toml'), `model = "gpt-5-codex"\nmodel_provider = "trial"\nweb_search = "disabled"\n${provider}`);
    },
  },
  gemini: {
    args: ['-p', PROMPT, '--yolo', '-m', 'gemini-2.5-flash'],
    env: (route) => ({ GOOGLE_GEMINI_BASE_URL: keyed(route), GEMINI_API_KEY: 'none', GEMINI_CLI_TRUST_WORKSPACE: 'true' }),
    prepare: (home) => {
      const path = join(home, '.gemini/settings.json');
      const settings = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as object) : {};
      write(path, JSON.stringify({ ...settings, security: { auth: { selectedType: 'gemini-api-key' } } }));
    },
  },
  copilot: {
    args: ['-p', PROMPT, '--allow-all-tools'],
    env: ({ url, key }) => ({
      COPILOT_OFFLINE: 'true',
      COPILOT_AUTO_UPDATE: 'false',
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_API_KEY: key,
      COPILOT_MODEL: 'gpt-4.1',
    }),
  },
};

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
