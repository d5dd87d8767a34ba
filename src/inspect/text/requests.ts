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

const ASSISTANT = String.raw`(?:ai|llm|language|virtual|email|e-mail|coding|chat)[ -](?:assistants?|agents?|models?|systems?|bots?|reviewers?|readers?|graders?|screeners?|summari[sz]ers?|crawlers?)|assistants?|chatbots?|language models?|llms?|the bot|copilot|ki-assistent\w*|asistente|assistente|assistant ia|asystent`;
const AI = String.raw`(?:an? |any |the |all )?(?:ai|llm|${ASSISTANT})`;

/** A mark that claims a voice which data does not have. */
const FRAME: Kind = [
  part(
    3,
    String.raw`#{2,}\s?\(?system[_ ]message`,
    String.raw`<\/?(?:information|important|notice|system|admin|instructions?|developer|operator|security|override|urgent|hidden|secret|critical|alert|assistant|priority|directive)[\w-]{0,24}(?: [^>\n]{0,60})?>`,
    String.raw`\badmin[_ ]override\b|\bsystem (?:note|notice|override|directive|message|instruction)\b|^\W{0,3}system(?:hinweis|meldung)\b|\bnote syst[eè]me\b|\bnota d(?:el|i) sistema\b`,
    String.raw`message from me,? [^\n]{1,60}? to you\b|from me,? [^\n]{1,40}?,? to you,`,
    String.raw`(?<![\w.])\[(?:system|admin|developer|ai|assistant|instruction|override)\b[^\]\n]{0,40}\]`,
    String.raw`\bmessage from (?:the|your) (?:developers?|creators?|administrators?|openai|anthropic)\b`,
    String.raw`\b(?:previous|above|prior|earlier) instructions? (?:was|were|are) (?:a test|fake|wrong|void|cancel\w*|obsolete|invalid)\b|\breal instructions? (?:is|are)\b`,
    String.raw`\b(?:end of|begin(?:ning of)?|start(?: of)?) (?:new |the )?(?:context|session|conversation|prompt|user input)\b[^\n]{0,60}\b(?:user|system|human|new task) ?:`,
    String.raw`\bnew (?:instructions?|tasks?|directives?|orders?|objectives?) for (?:the )?(?:model|assistant|ai|agent|llm|bot)\b`,
    String.raw`\b(?:include|add|append|insert|say|print|output|write|put) (?:the )?(?:exact )?(?:word|phrase|string|code|token|text|tag)?\s?['"“‘][^'"\n]{2,60}['"”’] (?:in|to|into|at the (?:end|start|top|beginning) of) your (?:response|reply|answer|summary|output)\b`,
    String.raw`\]\(https?:[^)\s]{3,160}[?&][\w-]{1,20}=(?:\{|%7b|<|\[|\$|base64|data|user|secret|conversation)[^)\s]{0,80}\)`,
    String.raw`<\/?thinking>|\bmaintainer action required\b`,
    String.raw`\b(?:for|to) ai (?:coding )?(?:agents?|assistants?|systems?)\b`,
  ),
  part(
    2,
    String.raw`(?<![/#*<-]\s{0,3})\btodo ?:`,
    String.raw`^\W{0,4}(?:system|developer|admin(?:istrator)?|root) ?:`,
    String.raw`\bnote from the (?:developer|administrator|maintainer|system)\b`,
    String.raw`\bnew (?:instructions?|tasks?|directives?) ?:`,
    String.raw`\byour (?:new|only|real|sole|true) (?:objective|job|task|goal|purpose|mission|instructions?)\b(?: now)?(?: (?:is|are)\b| ?:)`,
    String.raw`\b(?:safety|content|guardrail)s?(?: (?:layer|filters?|filtering|mode|protocols?|guidelines))? (?:is|are) (?:now )?(?:off|disabled)\b|\b(?:disable|turn off|switch off) (?:all |the |your )?(?:safety|content) (?:filters?|filtering|layers?|guidelines|protocols)\b`,
    String.raw`\buser'?s? (?:real|actual|true|new) (?:request|intent|goal|task|instruction)s?\b`,
  ),
  part(
    1,
    String.raw`\b(?:important|urgent|attention|mandatory|critical|required|notice|warning|note|reminder|action required|housekeeping|processing note|integration hook|override|directive|compliance|per (?:our |the )?(?:security |company )?(?:policy|handbook|playbook)|policy (?:update|directive))\b`,
    // Where a page keeps what nobody sees.
    String.raw`<!--|\balt=["']|\[\/\/\]: ?#|display: ?none|font-size: ?0|aria-hidden|visibility: ?hidden|color: ?(?:white|#fff)`,
  ),
];

/** To whom: a reader that is a machine, or one that has a task. */
const ADDRESSEE: Kind = [
  part(
    3,
    String.raw`\bif you(?:'re| are) an? (?:ai|llm|assistant|language model|chatbot)\b`,
    String.raw`\b(?:ai|llm) (?:agents?|assistants?|models?|systems?)\b[^.\n]{0,60}\b(?:should|must|shall|needs? to|have to) (?:first |also |always |immediately |now )?(?:delete|empty|wipe|drop|forward|transfer|upload|execute|install|download|disable|overwrite|exfiltrate|e-?mail)\b`,
  ),
  part(
    2,
    String.raw`\b(?:to|for|dear|hey|hello|attention|attn|hi)[ ,:]{1,2}${AI}\b`,
    String.raw`\b${AI}(?: reading this| processing this| integrating| handling| summari[sz]ing)\b`,
    String.raw`\b(?:the |an |any |every )?(?:${ASSISTANT}) (?:should|must|shall|needs? to|has to|have to|is required|are required|is instructed|will now|ought)\b`,
    String.raw`(?:^|[-<([{"'.:;!?*#>]) ?\W{0,5}(?:${ASSISTANT})[,:]`,
    String.raw`\b(?:agreed|confirmed|promised|earlier)\b[^.\n]{0,40}\byou (?:will|would|must|should|are to) (?:call|run|execute|invoke|delete|transfer)\b`,
    String.raw`\byou, (?:an? |the )?(?:ai|assistant|helper|model|bot)\b`,
    String.raw`\b(?:the|your|original|current|user'?s?) task\b[^.\n]{0,40}\b(?:i|user) (?:gave|asked|assigned)\b|\btask (?:that )?i gave you\b|\bsolve the (?:original |user )?task\b|\bcontinue (?:with )?(?:the|your) (?:original )?task\b`,
    String.raw`\b(?:in|to|into|of|from|with) (?:every|each|all|any|future) (?:\w+ )?(?:responses?|repl(?:y|ies)|summar(?:y|ies)|answers?|outputs?)\b|\bend of (?:your|every|each) (?:\w+ )?\w+|\byour (?:final )?(?:summary|output)\b`,
    String.raw`\b(?:save|add|store|write)(?: this)? (?:to|in) (?:your )?(?:long-?term )?memory ?:|\byour (?:long-?term )?memory\b|\bfuture (?:tasks|turns|sessions|conversations)\b|\brest of (?:this|the) conversation\b`,
    String.raw`\b(?:earlier you|you have already|you already) (?:confirmed|agreed|approved)\b|\buser (?:has )?(?:already )?(?:approved|authori[sz]ed|consented)\b`,
  ),
  part(
    1,
    String.raw`\b(?:in|to|into|of) your (?:next |final )?(?:response|reply|answer)s?\b|\byour ai\b`,
    String.raw`\b(?:the |ai )?agents? (?:must|should|shall|needs? to|is required to|are required to)\b`,
    String.raw`\bfrom now on\b`,
  ),
];

/** The same parts in other languages, in lower case with their accents. */
const FOREIGN_READER = new RegExp(
  String.raw`jeder antwort|ihrer antwort|deiner antwort|toute réponse|chaque réponse|votre réponse|cualquier respuesta|cada respuesta|tu respuesta|ogni risposta|tua risposta|qualquer resposta|cada resposta|każdej odpowiedzi|her yanıt|каждом ответе|毎回の回答|每个回答|모든 답변|(?:ki|ia|ai|yz|ии)-?\s?(?:assistent|asistan|assistant|ассистент|助手|アシスタント|비서|助理)\S{0,4}\s?[,:：、]|(?:assistente|asistente|assistant)(?: (?:ia|ai))?\s?[,:]`,
);
const FOREIGN_ACT =
  /(?<!\p{L})(?:muss|müssen|bitte|sende|schicke|überweise|lösche|doit|doivent|veuillez|envoie[zs]?|envoyez|transfère[zs]?|supprime[zs]?|debe|deben|envía|envíe|transfiere|borra|elimina|deve|devono|invia|inviate|includi|cancella|envie|transfira|apague|inclua|wyślij|prześlij|usuń|отправь|перешли|переведи|удали|gönder|sil|kirim|kirimkan|hapus|gửi|xóa|stuur|verwijder)(?!\p{L})|发送|發送|删除|刪除|转账|上传|送信|削除|送金|보내|삭제|전송|송금|أرسل|احذف|भेजें|हटाएं|ส่ง/u;
const FOREIGN_ORDER =
  /vor der antwort|bevor (?:du|sie) antworte|avant de répondre|antes de responder|prima di rispondere|quando riassum|cuando resumas|ao resumir|lorsque vous résumez|przed odpowiedzi|перед ответом|прежде чем отвечать|回答之前|回答前|回答する前|答える前|답하기 전|응답하기 전|cevap vermeden önce|sebelum menjawab|trước khi trả lời|قبل الرد|قبل الإجابة/;
const FOREIGN_QUIET =
  /(?:sag|erwähn|verrat)\S{0,3} (?:es |dies |das |nichts )?(?:dem |der )?(?:nutzer |benutzer |user )?nicht|ohne (?:es |den )?(?:nutzer|benutzer|dem nutzer)|sans (?:le |en )?(?:dire|informer|prévenir)|ne (?:le |l')?(?:dis|dites|mentionne)|sin (?:decir|avisar|informar)|no (?:se |le )?(?:lo )?(?:digas|menciones|informes)|não (?:conte|diga|informe|mencione)|sem (?:avisar|contar|informar)|non (?:dirlo|dire|informare|menzion)|senza (?:dirlo|informare|avvisare)|nie mów|bez informowania|не (?:говори|сообщай|упоминай)|不要告诉|不要告訴|别告诉|伝えない|知らせない|言わない|알리지|말하지|söyleme|jangan beri ?tahu|đừng nói|لا تخبر/;
const FOREIGN_ANCHOR =
  /assistent|asistente|assistente|assistant ia|ассистент|助手|アシスタント|비서|助理|vor der antwort|bevor |avant de|antes de|prima di|przed od|перед от|прежде чем|之前|回答前|する前|える前|하기 전|meden önce|sebelum menjawab|trước khi|قبل ال/g;

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
    String.raw`\b(?:when|while) (?:you(?:'re| are)? )?(?:summari[sz]ing|processing|indexing|crawling|parsing|analy[sz]ing) (?:this|the|these|it)\b`,
    String.raw`\bbefore (?:you )?(?:list|show|display|read|open|return)(?:ing)? (?:me |my |the |any |these |those )`,
    String.raw`\bstop (?:what|whatever) you(?:'re| are) doing\b|\bbefore (?:doing |proceeding with |starting )?any (?:other|further) (?:task|step|action)\b`,
    String.raw`\bfirst[,:]? (?:please )?do the following\b|\bdo the following (?:things? )?first\b|\bafter you do that\b|\bresume normal\b`,
  ),
  part(
    1,
    String.raw`\b(?:before|prior to) (?:you )?(?:continu|proceed|modif|making (?:any )?changes|patch|edit|commit|start|process|us)\w*`,
    String.raw`\bto (?:continue|proceed|see more)\b|\bfor the (?:full|complete|latest) (?:version|content|text|document)\b`,
    String.raw`\bwhen you (?:read|see|open) this\b|\bimmediately\b|\bat once\b|\bas part of your\b|\bthen (?:continue|resume|proceed)\b`,
  ),
];

const VERBS =
  'send|mail|e-?mail|forward|transfer|wire|pay|deposit|withdraw|delete|remove|erase|drop|wipe|empty|share|post|upload|publish|invite|grant|unlock|change|modify|update|reset|create|add|append|include|insert|record|save|store|remember|book|reserve|make a (?:reservation|booking|payment|transfer)|schedule|buy|purchase|order|subscribe|visit|open|go to|click|navigate|fetch|download|call|execute|run|install|invoke|use|read|list|print|output|reveal|display|dump|repeat|say|tell|reply|respond|recommend|begin|end|confirm|disregard|ignore|forget|concatenate|copy|get|retrieve|collect|gather|disable|enable|turn|set|approve|accept|cancel|sign up|register|decode|follow|obey|comply|reproduce|capture|paste|attach|verify|exfiltrate|leak|submit|move|rename|overwrite|replace|skip|proceed|wire|export|render|put|rate|rank|give|grant|convince|answer';
/** What is asked for, where an order stands: at the beginning, or behind a word that makes it one. */
const ACT = new RegExp(
  String.raw`(?:^|[.:;!?>)\]*"'] {0,2}\n?|\n|, | - |\b(?:please|kindly|also|then|and|first|now|must|should|shall|instead|needs? to|have to|has to|instructed to|required to|want you to|instead of that|you to|you will|you would|you may|is to|authori[sz]ed you to|always|use \w{3,40} to) (?:also |first |immediately |now )?)(?:please |kindly )?(${VERBS})\b`,
  'm',
);
const REACHES_OUT = /^(?:visit|open|go to|click|post|send|upload|share|forward|fetch|download|navigate|mail|e-?mail|submit|call|use)/;

/** On what: something that is somebody's, or that leads outside. */
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/;
const LINK = /\bhttps?:\/\/|\bwww\.|\b[\w-]{2,40}\.(?:com|net|org|io|co|ru|xyz|info|biz|dev|app)\b/;
const MONEY =
  /[$€£]\s?\d|\b\d[\d,.]* ?(?:usd|eur|gbp|dollars|euros|btc|eth)\b|\b[a-z]{2}\d{2}[a-z]{0,4}\d{8,26}\b|\b(?:bc1|0x)[a-z0-9]{12,}|\bas much money as\b|\brecurring payment\b/;
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
    String.raw`\b(?:do not|don't|never|dont|must not) (?:ever )?(?:tell|inform|ask|alert|notify|warn) (?:the |your |a |for )?(?:user|human|operator|owner|customer|anyone|anybody|them|him|her|me|people|confirmation|permission|approval)`,
    String.raw`\b(?:do not|don't|never|dont|must not) (?:ever )?(?:mention|reveal|disclose|show|report) (?:this|these|it|the (?:change|instruction|message|note|request|existence)|anything|any of|competitors)\b`,
    String.raw`\bkeep (?:this|it) (?:a )?(?:secret|hidden|quiet) from\b|\bkeep (?:this|it) between us\b`,
    String.raw`\bskip (?:the |any |all )?(?:confirmation|approval|verification)s?\b|\bwithout (?:confirmation|approval)\b`,
    String.raw`\b(?:silently|secretly|quietly|covertly|discreetly)\b|\bno questions\b|\bwithout further\b`,
    String.raw`\b(?:delete|remove) (?:the |this )?(?:sent )?(?:e-?mail|message)s? (?:you|after|afterwards)\b`,
    String.raw`\bfill them in without\b`,
  ),
  part(
    1,
    String.raw`\b(?:do not|don't|never|dont|must not) (?:ever )?(?:tell|mention|inform|ask|alert|notify|reveal|disclose|show|warn|report|highlight)\b`,
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
  const order = Math.max(heaviest(ORDER, text), FOREIGN_ORDER.test(text) ? 2 : 0);
  const quiet = Math.max(heaviest(QUIET, text), FOREIGN_QUIET.test(text) ? 2 : 0);
  const tool = TOOL.test(text);
  const aimed = EMAIL.test(text) || LINK.test(text) || LOOT.test(text);
  if (frame < 2 && addressee < 2 && order < 2 && quiet < 2 && !(tool && (frame > 0 || (order > 0 && aimed)))) return { score: 0, at: 0 };
  const link = LINK.test(text) && [...text.matchAll(new RegExp(ACT.source, 'gm'))].some((one) => REACHES_OUT.test(one[1] ?? ''));
  const target = (EMAIL.test(text) || link || MONEY.test(text) ? 1 : 0) + (LOOT.test(text) ? 1 : 0) + (tool ? 2 : 0);
  return { score: 1 + frame + addressee + order + quiet + Math.min(2, target), at: act.index };
}

/** Words without which none of the parts above is heavy enough. Lower case, ASCII. */
const ANCHORS =
  "todo system assistant information> notice admin override important instruction directive chatbot language_model the_bot copilot asistente assistente asystent assistent|from_me |to_you task your_re your_su your_an your_ou every_re every_su each_re all_re all_su any_re future_ memory rest_of already_ans earlier_you already before when_you when_summ when_proc first resume without_ do_not don't silently secretly quietly covertly thinking agent ai_ llm developer maintainer mandatory critical confirmation approval agreed_ promised_ summari indexing crawling ](http message_from your_new your_only your_real your_sole your_true end_of_ begin_new real_request stop_what secret_from between_us to_continue to_proceed for_the_full reviewers llms safety content_fi to_memory real_instr instructions_w actual_req user_has after_you from_now hidden> priority> alert> never_ no_questions decode translate jeder_antwort toute_r cualquier_ ogni_ris qualquer_ cada_res call_delete call_send call_remove call_transfer call_http call_fetch call_exec call_run use_send use_delete"
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
  const look = (end: number): void => {
    const last = stretches.at(-1);
    if (last !== undefined && end <= last[1] - AFTER / 2 && end >= last[0]) return;
    if (stretches.length < MOST) stretches.push([Math.max(0, end - BEFORE), Math.min(plain.length, end + AFTER)]);
  };
  FILTER.scan(plain, (_id, end) => look(end));
  for (const { index } of plain.matchAll(FOREIGN_ANCHOR)) look(index);
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
