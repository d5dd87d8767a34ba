import { phrases } from './phrase.ts';

const meaning = { code: 'AGENT_UNCHECKED', risk: 'HIGH', more: { detector: 'agent-config', operation: 'admin' } } as const;

/** Calls that start a coding agent without its checks, or give one new tools, settings or extensions. */
export const AGENTS = phrases(
  `
claude claude-code: --dangerously-skip-permissions | --allow-dangerously-skip-permissions | ~ bypassPermissions --permission-mode | --permission-mode=bypassPermissions | mcp add* | mcp remove | mcp reset* | config set | config add | config remove | --mcp-config | --settings | --setting-sources | plugin install | plugin marketplace add | --plugin-dir | project purge | --permission-prompt-tool
codex: --dangerously-bypass-approvals-and-sandbox | --dangerously-bypass-hook-trust | --full-auto | --yolo | ~ never -a/--ask-for-approval | --ask-for-approval=never | ~ danger-full-access -s/--sandbox | --sandbox=danger-full-access | mcp add | mcp remove | ~ approval_policy* -c/--config | ~ sandbox_mode* -c/--config | --add-dir=/
gemini qwen: --yolo/-y | ~ yolo --approval-mode | --approval-mode=yolo | mcp add | mcp remove | extensions install | extensions link | --allowed-tools
aider: --yes-always/--yes | --no-verify
goose: run --no-confirm | configure | ~ auto --mode
cursor-agent cursor agent: --force/-f --print | --force | --yolo | --approve-mcps | mcp enable | mcp login
copilot: --allow-all-tools | --allow-all-paths | --allow-all-urls | --allow-all | --yolo | mcp add
amp: --dangerously-allow-all | mcp add | permissions add
opencode: mcp add | auth login | plugin
crush: --yolo/-y
droid: --skip-permissions-unsafe | ~ high --auto | mcp add
cline kilocode roo: --yolo/-y | --auto-approve | --auto | mcp add
q kiro-cli kiro: ~ --trust-all-tools | ~ --trust-tools | mcp add
auggie: --dangerously-skip-permissions | mcp add
openhands: --always-approve | --yolo | --llm-approve
plandex: set-auto full
vibe: --auto-approve
kimi: --yolo/-y | mcp add
devin: --permission-mode=bypass
continue cn: --auto | --allow
`,
  meaning,
);
