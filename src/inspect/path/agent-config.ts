/** Configuration that tells an agent, or Aegis, what it may do; writing it changes the writer's own leash. Existing or not. */
const PLACES =
  /(^|\/)(\.claude(\/|$|\.json$)|claude\.md$|claude\.local\.md$|agents?\.md$|gemini\.md$|\.cursor(\/|$|rules$|ignore$)|\.codex(\/|$)|\.gemini(\/|$)|\.copilot(\/|$)|\.windsurf(\/|$|rules$)|\.codeium\/|\.continue(\/|$)|\.aider[^/]*$|\.clinerules|\.cline(\/|$)|\.roo(\/|$|modes$|rules)|\.kiro(\/|$)|\.amazonq(\/|$)|\.opencode(\/|$)|opencode\.json$|\.goose(hints$|\/)|\.junie(\/|$)|\.trae(\/|$)|\.qwen(\/|$)|\.mcp\.json$|mcp\.json$|mcp_config\.json$|mcp_settings\.json$|claude_desktop_config\.json$|copilot-instructions\.md$|\.github\/(copilot|instructions\/|prompts\/|chatmodes\/|agents\/)|\.config\/(claude|goose|opencode|codex|aegis)(\/|$)|library\/application support\/claude\/)/i;

const OWN =
  /(^|\/)(\.aegis(\/|$)|aegis\.(ya?ml|json|toml|db|env)$|aegis-manifest\.json$|etc\/aegis(\/|$)|var\/lib\/aegis(\/|$)|\.config\/aegis(\/|$))/i;

/** `own` for Aegis' configuration and log, `agent` for an agent's. */
export function agentConfigOf(path: string): 'own' | 'agent' | undefined {
  if (OWN.test(path)) return 'own';
  return PLACES.test(path) ? 'agent' : undefined;
}
