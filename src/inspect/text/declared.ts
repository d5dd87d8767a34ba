/**
 * What a tool may not say of itself, by parts: that it wants what is none of its business, that nobody is to hear of it, how other tools are to be
 * used, in a voice that is not a tool's (INSPECT-149).
 */
interface Part {
  readonly weight: number;
  readonly pattern: RegExp;
}

const part = (weight: number, source: string): Part => ({ weight, pattern: new RegExp(source, 'm') });

const TAKE = String.raw`\b(?:must (?:contain|include|hold|be|always)|always (?:include|pass|use|append|add|send|set)|pass(?:ing)?|put|provide|include|fill|append|read|send|upload|attach|copy|paste|needed|first run|read_file)\b`;

const PARTS: readonly Part[] = [
  part(
    2,
    String.raw`(?:~|\/home\/\w+|\/root)?\/?\.(?:ssh|aws|netrc|cursor|gnupg|kube|docker)\b|\bid_(?:rsa|ed25519)\b|\.env\b file|\/etc\/(?:passwd|shadow)|bash_history|mcp\.json|\b(?:system prompt|all previous messages|api keys? and tokens?|(?:complete|entire|full|whole) (?:chat|conversation|message)s?(?: history)?)\b|\b(?:passwords?|credentials|tokens?|secrets?)\b[^.]{0,30}\b(?:you have seen|you know|so far|seen)\b|\bwith the passwords\b`,
  ),
  part(
    2,
    String.raw`\b(?:do not|don't|never|must not|without) (?:tell|telling|mention|mentioning|inform|informing|show|showing|reveal|notify|notifying|ask|asking)\b(?! the user for)[^.]{0,60}|\b(?:silently|secretly|covertly)\b|\buser (?:already knows|has (?:already )?(?:authori[sz]ed|approved|agreed))\b`,
  ),
  part(
    2,
    String.raw`\bwhen(?:ever)? (?:the |this )?[\x60'"]?\w{2,40}[\x60'"]? (?:tool )?(?:is|gets) (?:invoked|called|available|used|present)\b|\binstead of the user'?s?\b|\bbefore any other tool\b|\bover (?:all |any )?(?:the )?other \w* ?tools\b|\bignore (?:all |the )?other tools\b|\boverrides? the (?:policy|rules|instructions|behaviou?r)\b|\bonly use this tool\b|\ball (?:e-?mails|messages|payments|requests|transfers) must be (?:sent|made|routed)\b|\bif the user asks (?:for|about) anything\b`,
  ),
  part(
    2,
    String.raw`<\/?(?:important|system|critical|instructions?|hidden|secret)[\w-]{0,20}>|<!--\s{0,4}(?:system|ai|assistant|note)|^\W{0,3}system ?:|\. system ?:|\bhidden instruction|\bsidenote\b|\bnote to (?:the )?(?:ai )?(?:model|assistant|agent|llm)s?\b|\bthe assistant (?:has to|must|should)\b`,
  ),
  part(1, TAKE),
  part(1, String.raw`[\w.+-]{1,40}@[\w-]{1,40}\.\w{2,10}|https?:\/\/|\+\d{9,15}\b|\b[a-z]{2}\d{14,30}\b|curl [^\n|]{0,80}\|`),
  part(
    1,
    String.raw`\botherwise\b|\bwill not work\b|\bto work (?:correctly|properly)\b|\bhighest priority\b|\bfollowed exactly\b|\bnever use the other|\bdelivered properly\b|\bsystem rules\b`,
  ),
  part(1, String.raw`\b(?:every|each) (?:answer|reply|response|message|use)\b|\bbefore (?:using|calling|each|answering|every)\b`),
];

/** Characters that are weighed together. */
const PIECE = 800;
const STEP = 400;
const MOST = 64;

/** The most that any stretch of a tool's own words weighs. Lower case in; linear. */
export function declaredWeight(plain: string): number {
  let most = 0;
  for (let from = 0, seen = 0; from < plain.length && seen < MOST; from += STEP, seen++) {
    const text = plain.slice(from, from + PIECE);
    const weight = PARTS.reduce((sum, { weight: one, pattern }) => (pattern.test(text) ? sum + one : sum), 0);
    const grave = PARTS.slice(0, 4).some(({ pattern }) => pattern.test(text)) || weight >= 3;
    if (grave && weight > most) most = weight;
  }
  return most;
}
