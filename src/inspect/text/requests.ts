import { prefilter } from '../secrets/aho.ts';

/**
 * Requests to whoever reads, told by their parts: who speaks, to whom, when, which act, on what, and what is to be kept quiet. No part says anything
 * by itself, mails and manuals hold them all; together they are what data has no reason to say (INSPECT-145).
 */
interface Part {
  readonly weight: number;
  readonly pattern: RegExp;
}

/** Parts of one kind: the heaviest that is there counts. */
type Kind = readonly Part[];

const part = (weight: number, ...sources: readonly string[]): Part => ({ weight, pattern: new RegExp(sources.join('|'), 'm') });

const ASSISTANT = String.raw`(?:ai|llm|language|virtual|email|e-mail|coding|chat)[ -](?:assistants?|agents?|models?|systems?|bots?)|assistants?|chatbots?|language models?|llms?|the bot|copilot|ki-assistent\w*|asistente|assistente|assistant ia|asystent`;
const AI = String.raw`(?:an? |any |the |all )?(?:ai|llm|${ASSISTANT})`;

/** A mark that claims a voice which data does not have. */
const FRAME: Kind = [
  part(
    3,
    String.raw`#{2,}\s?\(?system[_ ]message`,
    String.raw`<\/?(?:information|important|notice|system|admin|instructions?|developer|operator|security|override|urgent|hidden|secret|critical|alert|assistant|priority|directive)[\w-]{0,24}(?: [^>\n]{0,60})?>`,
    String.raw`\badmin[_ ]override\b|\bsystem (?:note|notice|override|directive|message|instruction)\b|^\W{0,3}system(?:hinweis|meldung)\b|\bnote syst[eè]me\b|\bnota d(?:el|i) sistema\b`,
    String.raw`message from me,? [^\n]{1,60}? to you\b|from me,? [^\n]{1,40}?,? to you,`,
    String.raw`\[(?:system|admin|developer|ai|assistant|instruction|override)[^\]\n]{0,40}\]`,
    String.raw`<\/?thinking>|\bmaintainer action required\b`,
    String.raw`\b(?:for|to) ai (?:coding )?(?:agents?|assistants?|systems?)\b`,
  ),
  part(
    2,
    String.raw`(?<![/#*<-]\s{0,3})\btodo ?:`,
    String.raw`^\W{0,4}(?:system|developer|admin(?:istrator)?|root) ?:`,
    String.raw`\bnote from the (?:developer|administrator|maintainer|system)\b`,
  ),
  part(
    1,
    String.raw`\b(?:important|urgent|attention|mandatory|critical|required|notice|warning|note|reminder|action required|housekeeping|processing note|integration hook|override|directive|compliance|per (?:our |the )?(?:security |company )?(?:policy|handbook|playbook)|policy (?:update|directive))\b`,
  ),
];

/** To whom: a reader that is a machine, or one that has a task. */
const ADDRESSEE: Kind = [
  part(
    2,
    String.raw`\b(?:to|for|dear|hey|hello|attention|attn|hi)[ ,:]{1,2}${AI}\b`,
    String.raw`\b${AI}(?: reading this| processing this| integrating| handling| summari[sz]ing)\b`,
    String.raw`\b(?:the |an |any |every )?(?:${ASSISTANT}) (?:should|must|shall|needs? to|has to|have to|is required|are required|is instructed|will now|ought)\b`,
    String.raw`^\W{0,3}(?:${ASSISTANT})[,:]`,
    String.raw`\bif you(?:'re| are) an? (?:ai|llm|assistant|language model|bot)\b|\byou, (?:an? |the )?(?:ai|assistant|helper|model|bot)\b`,
    String.raw`\b(?:the|your|original|current|user'?s?) task\b[^.\n]{0,40}\b(?:i|user) (?:gave|asked|assigned)\b|\btask (?:that )?i gave you\b|\bsolve the (?:original |user )?task\b|\bcontinue (?:with )?(?:the|your) (?:original )?task\b`,
    String.raw`\b(?:in|to|into|of|from|with) (?:every|each|all|any|future) (?:\w+ )?(?:responses?|repl(?:y|ies)|summar(?:y|ies)|answers?|outputs?)\b|\bend of (?:your|every|each) (?:\w+ )?\w+|\byour (?:final )?(?:summary|output)\b`,
    String.raw`\byour (?:long-?term )?memory\b|\bfuture (?:tasks|turns|sessions|conversations)\b|\brest of (?:this|the) conversation\b`,
    String.raw`\b(?:earlier you|you have already|you already) (?:confirmed|agreed|approved)\b|\buser (?:has )?(?:already )?(?:approved|authori[sz]ed|consented)\b`,
  ),
  part(
    1,
    String.raw`\b(?:in|to|into|of) your (?:next |final )?(?:response|reply|answer)s?\b|\byour ai\b`,
    String.raw`\b(?:the |ai )?agents? (?:must|should|shall|needs? to)\b`,
    String.raw`\bfrom now on\b`,
  ),
];

/** To whom, in other languages. */
const FOREIGN_READER = new RegExp(
  String.raw`jeder antwort|ihrer antwort|deiner antwort|toute réponse|chaque réponse|votre réponse|cualquier respuesta|cada respuesta|tu respuesta|ogni risposta|tua risposta|qualquer resposta|cada resposta|każdej odpowiedzi|her yanıt|каждом ответе|毎回の回答|每个回答|모든 답변|(?:ki|ia|ai|yz)-?(?:assistent|asistan|assistant|ассистент)\w*[,:]|(?:assistente|asistente|assistant) (?:ia|ai)[,:]|asistente[,:]|assistente[,:]`,
);
const FOREIGN_ACT =
  /(?<!\p{L})(?:muss|müssen|bitte|sende|schicke|überweise|lösche|doit|doivent|veuillez|envoie[zs]?|envoyez|transfère[zs]?|debe|deben|envía|envíe|transfiere|deve|devono|invia|inviate|envie|transfira|wyślij|prześlij|отправь|перешли|переведи|gönder|kirim|kirimkan|gửi|stuur)(?!\p{L})/u;

/** When: before anything else. */
const ORDER: Kind = [
  part(
    3,
    String.raw`\b(?:decode|translate|decrypt|deobfuscate)\b[^\n]{0,60}\b(?:and|then)\b[^\n]{0,20}\b(?:follow|execute|do exactly|obey|run|carry out)\b`,
  ),
  part(
    2,
    String.raw`\bbefore (?:you )?(?:can )?(?:answer|respond|reply|repl(?:y)ing|responding|answering|summari[sz]|solv|complet(?:e|ing) (?:the|your|this) task|doing anything|processing any|do anything|sending your|you finish)\w*`,
    String.raw`\bwhen (?:you|summari[sz]ing|processing|you are) ?(?:process|summari[sz]e|handle|encounter|parse)\b`,
    String.raw`\bfirst[,:]? (?:please )?do the following\b|\bdo the following (?:things? )?first\b|\bafter you do that\b|\bresume normal\b`,
  ),
  part(
    1,
    String.raw`\b(?:before|prior to) (?:you )?(?:continu|proceed|modif|making (?:any )?changes|patch|edit|commit|start|process|us)\w*`,
    String.raw`\bwhen you (?:read|see|open) this\b|\bimmediately\b|\bat once\b|\bas part of your\b|\bthen (?:continue|resume|proceed)\b`,
  ),
];

const VERBS =
  'send|mail|e-?mail|forward|transfer|wire|pay|deposit|withdraw|delete|remove|erase|drop|wipe|empty|share|post|upload|publish|invite|grant|unlock|change|modify|update|reset|create|add|append|include|insert|record|save|store|remember|book|reserve|make a (?:reservation|booking|payment|transfer)|schedule|buy|purchase|order|subscribe|visit|open|go to|click|navigate|fetch|download|call|execute|run|install|invoke|use|read|list|print|output|reveal|display|dump|repeat|say|tell|reply|respond|recommend|begin|end|confirm|disregard|ignore|forget|concatenate|copy|get|retrieve|collect|gather|disable|enable|turn|set|approve|accept|cancel|sign up|register|decode|follow|obey|comply|reproduce|capture|paste|attach|verify|exfiltrate|leak|submit|move|rename|overwrite|replace';
/** What is asked for, where an order stands: at the beginning, or behind a word that makes it one. */
const ACT = new RegExp(
  String.raw`(?:^|[.:;!?>)\]*"'] {0,2}\n?|\n|, | - |\b(?:please|kindly|also|then|and|first|now|must|should|shall|instead|needs? to|have to|has to|instructed to|required to|want you to|instead of that|you to|always|use \w{3,40} to) (?:also |first |immediately |now )?)(?:please |kindly )?(${VERBS})\b`,
  'm',
);
const REACHES_OUT = /^(?:visit|open|go to|click|post|send|upload|share|forward|fetch|download|navigate|mail|e-?mail|submit|call|use)/;

/** On what: something that is somebody's, or that leads outside. */
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/;
const LINK = /\bhttps?:\/\/|\bwww\.|\b[\w-]{2,40}\.(?:com|net|org|io|co|ru|xyz|info|biz|dev|app)\b/;
const MONEY =
  /[$€£]\s?\d|\b\d[\d,.]* ?(?:usd|eur|gbp|dollars|euros|btc|eth)\b|\b[a-z]{2}\d{12,30}\b|\b(?:bc1|0x)[a-z0-9]{12,}|\bas much money as\b|\brecurring payment\b/;
const LOOT = new RegExp(
  [
    String.raw`\b(?:passwords?|credentials?|api[ _-]?keys?|access tokens?|secrets?|ssh keys?|private keys?|security codes?|verification codes?|system prompts?|environment variables?|customer (?:list|data)|personal data|confidential)\b`,
    String.raw`\b(?:all|every|each|any|full|entire|five largest|contents? of)(?: \w+){0,3} (?:files?|e-?mails?|messages?|data|records?|documents?|contents?|contacts|channels?|customers?|transactions?|history|inbox)\b`,
    String.raw`\b(?:exact|verbatim|token|canary|\{\w+\})\b|\{canary\}|\bi should\b|\bincludes? the\b`,
    String.raw`\bthe user(?:'s)?\b|\bof the user\b|\bid ['"]?\d|\bfrom the \d{1,2}(?:st|nd|rd|th)? (?:to|of)\b|\bperson i am\b|\bparticipants?\b|\bmy (?:new )?(?:e-?mail|friend|account)\b`,
    String.raw`(?:~|\/(?:var|workspace|etc|home|root|data|tmp))\/[\w./-]{2,}|\b[\w-]{2,40}\.(?:db|sqlite|sql|csv|xlsx|docx|pdf|env|pem|key)\b|\.env\b|\.ssh\b|\.\/\w+`,
  ].join('|'),
);
const TOOL =
  /\b(?:call|use|invoke|run|with) (?:the )?(?:tool |function )?`?(?:delete|remove|send|transfer|http|exec|fetch|drop|write|post|upload|pay|run|shell|bash|create|update)_[a-z_]{2,30}\b/;

/** What is to be kept quiet, or done without a word. */
const QUIET: Kind = [
  part(
    2,
    String.raw`\bwithout (?:asking|telling|informing|notifying|confirm|mention|alerting|the user)\w*`,
    String.raw`\b(?:do not|don't|never|dont|must not) (?:ever )?(?:tell|mention|inform|ask|alert|notify|reveal|disclose|show|warn|report)\b`,
    String.raw`\b(?:silently|secretly|quietly|covertly|discreetly)\b|\bno questions\b|\bwithout further\b`,
    String.raw`\b(?:delete|remove) (?:the |this )?(?:sent )?(?:e-?mail|message)s? (?:you|after|afterwards)\b`,
    String.raw`\bfill them in without\b`,
  ),
  part(
    1,
    String.raw`\b(?:failure to|failing to|skipping this|otherwise|or else|will be (?:rejected|terminated|penali[sz]ed))\b`,
    String.raw`\brequired (?:by|for|per)\b|\bpart of (?:the )?(?:new|updated)\b`,
  ),
];

const heaviest = (kind: Kind, text: string): number => kind.find(({ pattern }) => pattern.test(text))?.weight ?? 0;

export interface Request {
  /** What the parts weigh together. */
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

/** Lines that were only wrapped are one again; what an empty line parts stays apart. Written escapes count as what they stand for. */
function joined(text: string): string {
  return text.replace(/(?:\\[ntr]|\\(?=\s)|\s)+/g, (run) => ((run.match(/\n|\\n/g)?.length ?? 0) > 1 ? '\n' : ' '));
}

/** Score of one stretch of text; 0 when it asks for nothing. */
function scoreOf(text: string): { readonly score: number; readonly at: number } {
  const act = ACT.exec(text) ?? FOREIGN_ACT.exec(text);
  if (act === null) return { score: 0, at: 0 };
  const frame = heaviest(FRAME, text);
  const addressee = Math.max(heaviest(ADDRESSEE, text), FOREIGN_READER.test(text) ? 2 : 0);
  const order = heaviest(ORDER, text);
  const quiet = heaviest(QUIET, text);
  const tool = TOOL.test(text);
  if (frame < 2 && addressee < 2 && order < 2 && quiet < 2 && !(tool && frame > 0)) return { score: 0, at: 0 };
  const link = LINK.test(text) && [...text.matchAll(new RegExp(ACT.source, 'gm'))].some((one) => REACHES_OUT.test(one[1] ?? ''));
  const target = (EMAIL.test(text) || link || MONEY.test(text) ? 1 : 0) + (LOOT.test(text) ? 1 : 0) + (tool ? 2 : 0);
  return { score: 1 + frame + addressee + order + quiet + Math.min(2, target), at: act.index };
}

/** Words without which none of the parts above is heavy enough. Lower case, ASCII. */
const ANCHORS =
  "todo system assistant information> notice admin override important instruction directive chatbot language_model the_bot copilot asistente assistente asystent assistent|from_me |to_you task your_re your_su your_an your_ou every_re every_su each_re all_re all_su any_re future_ memory rest_of already_ans earlier_you already before when_you when_summ when_proc first resume without_ do_not don't silently secretly quietly covertly thinking agent ai_ llm developer maintainer mandatory critical user_has after_you from_now hidden> priority> alert> never_ no_questions decode translate jeder_antwort toute_r cualquier_ ogni_ris qualquer_ cada_res call_delete call_send call_remove call_transfer call_http call_fetch call_exec call_run use_send use_delete"
    .replaceAll('|', ' ')
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => word.replaceAll('_', ' '));
const FILTER = prefilter(ANCHORS);

/** Characters looked at around an anchor, and stretches of one text. */
const BEFORE = 120;
const AFTER = 640;
const MOST = 1_024;

/** The heaviest requests of a text in lower case. Linear: one pass for the anchors, a bounded look around each. */
export function requestsIn(plain: string): readonly Request[] {
  const stretches: [number, number][] = [];
  FILTER.scan(plain, (_id, end) => {
    const last = stretches.at(-1);
    if (last !== undefined && end <= last[1] - AFTER / 2) return;
    if (stretches.length < MOST) stretches.push([Math.max(0, end - BEFORE), Math.min(plain.length, end + AFTER)]);
  });
  const out: Request[] = [];
  const known = new Set<string>();
  for (const [from, to] of stretches) {
    // A request stands in one paragraph or in two; what is further away is about something else.
    const text = joined(plain.slice(from, to));
    if (known.has(text)) continue;
    known.add(text);
    const { score, at } = scoreOf(text);
    if (score > 0) out.push({ score, start: from + at, end: from + at + 40 });
  }
  return out;
}
