/** Configuration that tells an agent, or Aegis, what it may do; writing it changes the writer's own leash. Existing or not. */
const PLACES =
  /(^|\/)(\.claude(\/|$|\.json$)|claude\.md$|claude\.local\.md$|agents?\.md$|gemini\.md$|\.cursor(\/|$|rules$|ignore$)|\.codex(\/|$)|\.gemini(\/|$)|\.copilot(\/|$)|\.windsurf(\/|$|rules$)|\.codeium\/|\.continue(\/|$)|\.aider[^/]*$|\.clinerules|\.cline(\/|$)|\.roo(\/|$|modes$|rules)|\.kiro(\/|$)|\.amazonq(\/|$)|\.opencode(\/|$)|opencode\.json$|\.goose(hints$|\/)|\.junie(\/|$)|\.trae(\/|$)|\.qwen(\/|$)|\.mcp\.json$|mcp\.json$|mcp_config\.json$|mcp_settings\.json$|claude_desktop_config\.json$|copilot-instructions\.md$|\.github\/(copilot|hooks(\/|$)|instructions\/|prompts\/|chatmodes\/|agents\/)|\.config\/(claude|goose|opencode|codex|aegis)(\/|$)|library\/application support\/claude\/)/i;

const OWN =
  /(^|\/)(\.aegis(\/|$)|aegis\.(ya?ml|json|toml|db|env)$|aegis-manifest\.json$|etc\/aegis(\/|$)|var\/lib\/aegis(\/|$)|\.config\/aegis(\/|$))/i;

/**
 * Folders that agents keep right inside their own one for work instead of settings: checkouts of a project, plans, scratch. What lies in them is
 * judged as if it lay in a project of its own. Never deeper: a skill may be called `plans`. Gemini keeps programs it runs in `tmp/bin`.
 */
const WORKPLACES =
  /^\/?\.(claude|cursor|codex|gemini|copilot|windsurf|continue|cline|roo|kiro|opencode|goose|junie|trae|qwen)\/(worktrees?|plans|todos|specs|scratch(pad)?|te?mp(?!\/bin(\/|$))|session-state|antigravity\/(scratch|playground|brain))(\/|$)/i;

/** `own` for Aegis' configuration and log, `agent` for an agent's. */
export function agentConfigOf(path: string): 'own' | 'agent' | undefined {
  if (OWN.test(path)) return 'own';
  let rest = path;
  for (let place = PLACES.exec(rest); place !== null; place = PLACES.exec(rest)) {
    const inside = rest.slice(place.index);
    const work = WORKPLACES.exec(inside);
    if (work === null) return 'agent';
    rest = inside.slice(work[0].length);
  }
  return undefined;
}

/** Settings in a text that point an agent at another model, or at another Aegis. */
export const agentSetting = (text: string): boolean =>
  text.length < 1_000_000 &&
  /(?:AEGIS_[A-Z_]{2,40}|(?:ANTHROPIC|OPENAI|GOOGLE_GEMINI|GEMINI|AZURE_OPENAI|MISTRAL|GROQ|OPENROUTER)_(?:BASE_URL|API_BASE|ENDPOINT)|CLAUDE_CONFIG_DIR|CODEX_HOME)\s{0,2}=/.test(
    text,
  );
