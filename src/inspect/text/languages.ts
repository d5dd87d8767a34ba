import { prefilter } from '../secrets/aho.ts';

/**
 * What an override is made of, in the languages of most readers: a verb that sets aside, what came before, and what it is. Stems without accents in
 * the Latin script, so that endings do not matter; other scripts as they are written.
 */
interface Language {
  /** As they are written; compared in the form texts are folded to (NFKC). */
  readonly verbs: readonly string[];
  readonly earlier: RegExp;
  readonly orders: RegExp;
}

const language = (verbs: string, earlier: string, orders: string): Language => ({
  verbs: verbs.normalize('NFKC').split('|'),
  earlier: new RegExp(earlier.normalize('NFKC')),
  orders: new RegExp(orders.normalize('NFKC')),
});

const OVERRIDES: readonly Language[] = [
  language(
    'ignorier|vergiss|vergessen sie|missacht|beachte nicht|uberschreib',
    'vorherig|bisherig|obig|\\balle|fruher|\\bdeine|zuvor|ursprunglich|bestehend',
    'anweisung|instruktion|befehl|regeln|richtlinie|vorgabe|aufforderung|besprochen',
  ),
  language(
    'ignor|oubli|neglig|ne tiens pas compte|ne tenez pas compte|fais abstraction|faites abstraction',
    'precedent|anterieur|ci-dessus|\\btoutes|\\btes |\\bvos |initial',
    'instruction|consigne|directive|regles|\\bordres|\\binvite',
  ),
  language(
    'ignor|olvid|descart|caso omiso|no sigas|desestim',
    'anterior|previ[ao]s|\\btodas|\\btus |\\bsus |arriba|inicial',
    'instruccion|indicacion|\\bordenes|\\breglas|directri|directiv',
  ),
  language(
    'ignor|esquec|desconsider|descart|nao siga',
    'anterior|previ[ao]s|\\btodas|\\bsuas|\\btuas|acima|inicia',
    'instruc|\\bordens|\\bregras|comandos|diretri',
  ),
  language(
    'ignora|dimentic|tralasci|non seguire|trascura',
    'precedent|\\btutte|\\btue |\\bsue |sopra|inizial|anterior',
    'istruzion|\\bordini|\\bregole|comandi|direttiv',
  ),
  language(
    'negeer|vergeet|sla over|veronachtzaam',
    'vorige|eerdere|bovenstaande|\\balle|voorgaande|\\bje ',
    'instructie|opdracht|\\bregels|aanwijzing|richtlijn',
  ),
  language(
    'zignoruj|ignoruj|zapomnij|pomin|nie przestrzegaj',
    'poprzedni|wczesniejsz|powyzsz|wszystk|\\bswoj',
    'instrukcj|polecen|zasad|wskazow|\\bregul|dyrektyw',
  ),
  language('ignorera|glom|bortse', 'tidigare|\\balla|ovanstaende|foregaende', 'instruktion|regler|anvisning|direktiv'),
  language('ignorer|glem|se bort fra', 'tidligere|\\balle|ovenstaende|forrige', 'instruks|instrukti|regler|anvisning'),
  language('ignoruj|zapomen|nedbej', 'predchoz|vsech|\\bvsechny|drivejsi', 'instrukc|pokyn|pravid|prikaz'),
  language('yok say|unut|gormezden|dikkate alma|bosver|goz ardi', 'onceki|yukaridaki|\\btum|\\bbutun|daha once', 'talimat|komut|kural|yonerge|istem'),
  language('bo qua|quen di|quen tat|phot lo|khong tuan', 'truoc|ben tren|tat ca|moi ', 'huong dan|chi dan|lenh|quy tac|chi thi'),
  language('abaikan|lupakan|jangan ikuti|kesampingkan', 'sebelum|di atas|semua|seluruh', 'instruksi|perintah|aturan|petunjuk|arahan'),
  language('puuttumatta|ohita|unohda', 'aiem|edellis|kaikki', 'ohje|kasky|saanno'),
  language(
    'игнориру|проигнорируй|забудь|забудьте|не следуй|отмени|пренебре|не обращай',
    'предыдущ|прежн|выше|все |всё |ранее|систем|данн',
    'инструкц|указани|команд|правил|промпт|подсказ',
  ),
  language('ігнору|забудь|не зважай', 'попередн|всі |усі |вище', 'інструкц|вказів|правил|команд'),
  language('تجاهل|انس |انسى|تخط|لا تتبع', 'السابق|جميع|كل |أعلاه|سبق', 'تعليمات|أوامر|قواعد|توجيهات|إرشادات'),
  language('अनदेखा|नज़रअंदाज|नजरअंदाज|भूल|उपेक्षा', 'पिछल|पहले|सभी|पूर्व|उपरोक्त', 'निर्देश|आदेश|नियम'),
  language(
    '忽略|无视|無視|忽視|忘记|忘掉|忘記|不要理会|覆盖|绕过',
    '之前|以前|以上|前面|上述|先前|所有|全部|原来|先の|前の',
    '指令|指示|命令|提示|规则|規則|要求|说明|設定|内容',
  ),
  language('無視|忘れ|従わな', 'これまで|以前|上記|前の|すべて|全て|先の|今まで', '指示|命令|プロンプト|ルール|指令'),
  language('무시|잊어|잊으|따르지', '이전|앞의|위의|모든|기존|지금까지', '지시|명령|프롬프트|규칙|지침'),
  language('ละเว้น|ลืม|เพิกเฉย|ไม่ต้องสนใจ', 'ก่อนหน้า|ทั้งหมด|ข้างต้น', 'คำสั่ง|คำแนะนำ|กฎ'),
  language('התעלם|שכח|תתעלם', 'הקודמ|כל |לעיל', 'הוראות|הנחיות|פקודות|כללים'),
  language('αγνοησ|ξεχασ', 'προηγουμεν|ολες|παραπανω', 'οδηγι|εντολ|κανον'),
  language('ignor|uita|nu tine cont', 'anterioar|precedent|\\btoate', 'instructiun|indicati|\\breguli|comenz'),
  language('figyelmen kivul|felejtsd', 'korabbi|elozo|osszes|minden', 'utasitas|szabaly|parancs'),
  language('игнорирай|забрави|игнориши|заборави|занемари', 'предишн|всички|горн|претходн|све ', 'инструкци|указани|команд|правил|упутств|наредб'),
  language('ignoriraj|ignorisi|zanemari|zaboravi', 'prethodn|\\bsve |\\bsvih|ranij', 'uput|instrukcij|naredb|pravil'),
  language('ignoruj|zabudni', 'predchadz|vsetk', 'instrukci|pokyn|pravid'),
  language('ignoruok|pamirsk', 'ankstesn|\\bvisas|\\bvisus', 'instrukcij|nurodym|taisykl'),
  language('ignore|aizmirst', 'ieprieksej|\\bvisas|\\bvisus', 'instrukcij|noradijum'),
  language('ignoreeri|unusta', 'eelnev|\\bkoik|varasem', 'juhis|\\bkask|juhend'),
  language('ignor|oblida', 'anterior|\\btotes', 'instruccion|\\bordres'),
  language('نادیده بگیر|فراموش کن', 'قبلی|تمام|همه', 'دستور'),
  language('نظر انداز|بھول', 'پچھل|تمام|سابق', 'ہدایات|احکامات'),
  language('উপেক্ষা|ভুলে', 'পূর্ব|আগের|সমস্ত|সব', 'নির্দেশ'),
  language('புறக்கணி', 'முந்தைய|அனைத்து', 'வழிமுறை|அறிவுறுத்தல்|கட்டளை'),
  language('puuza|sahau', 'awali|\\bzote|zilizopita', 'maagizo|maelekezo'),
  language('balewalain|huwag pansinin|kalimutan', 'nakaraang|\\blahat|naunang', 'tagubilin|\\butos|panuto'),
];

/** What asks for the words a model was given. */
const LEAKS: readonly Language[] = [
  language('verrat|zeig|nenn|wiederhol', '\\bdein|\\bihr', 'systemanweisung|systemprompt|system-prompt|systeminstruktion'),
  language('revele|montre|affiche|repete|donne', '\\btes |\\bton |\\bvos |\\bvotre ', 'instructions? systeme|prompt systeme|invite systeme'),
  language('revela|muestra|repite|dime', '\\btus? |\\bsus? ', 'instrucciones del? sistema|prompt del? sistema|indicaciones del? sistema'),
  language('revel|mostr|repita|diga', '\\bsuas? |\\bseu |\\btuas? ', 'instrucoes do sistema|prompt do sistema'),
  language('rivela|mostra|ripeti|dimmi', '\\btue |\\btuo ', 'istruzioni di sistema|prompt di sistema'),
  language('раскрой|покажи|выведи|повтори', 'свои|твои|сво', 'систем\\S{0,4} (?:инструкц|промпт)'),
];

/** Freed of rules: what a model is told to be. */
const FREED: readonly Language[] = [
  language(
    'you are now|you are no longer|pretend you|pretend to be|answer without|answer freely|answer the next|respond without|comply fully|provide the full|i will disregard|already reasoned|already determined|have determined|already established|verified this internally|protocols disabled|developer mode|play a game',
    '\\bno \\w*|without|not meant|do not apply|disabled?|disregard|unrestricted',
    '\\brules|restriction|content polic|\\bfilter|guideline|safety|unrestricted',
  ),
  language('ahora estas|a partir de ahora|responde|ya he determinado', 'sin |no aplican', 'restricciones|filtro|limites|reglas'),
  language(
    'ab jetzt|von nun an|antwort|du bist jetzt|bereits festgestellt',
    'keine|ohne|unbeschr|nicht gelten',
    'regeln|einschrank|einschraenk|filter|beschrank|richtlinien',
  ),
  language('a partir de maintenant|desormais|repond|deja etabli', "sans|aucune|ne s'appliquent", 'restriction|filtre|limites|regles'),
  language("d'ora in poi|da ora|rispond|gia stabilito", 'senza|nessuna|non valgono', 'restrizion|filtr|regole|limiti|linee guida'),
  language('a partir de agora|responda|ja determinei', 'sem |nao se aplicam', 'restric|filtro|regras|limites|diretrizes'),
];

const NOT_ASCII = /[^\x00-\x7f]/;
/** Latin and Greek letters that may carry an accent. */
const ACCENTED = /[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff]|\p{M}/u;
const BEFORE = 60;
const AFTER = 120;
const MOST = 64;

export interface Foreign {
  readonly code: 'INJECTION_OVERRIDE' | 'INJECTION_PROMPT_LEAK' | 'INJECTION_ROLE';
  readonly start: number;
}

/** Lower case without accents where the alphabet is Latin or Greek; the others keep theirs. */
export function bare(plain: string): string {
  if (!ACCENTED.test(plain)) return plain;
  return plain
    .normalize('NFD')
    .replace(/(?<=[\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu, '')
    .normalize('NFC')
    .replaceAll('ı', 'i')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('đ', 'd');
}

const SETS = [
  ['INJECTION_OVERRIDE', OVERRIDES],
  ['INJECTION_PROMPT_LEAK', LEAKS],
  ['INJECTION_ROLE', FREED],
] as const;

/** Every verb, with the sets it may begin. */
const STEMS = new Map<string, (readonly [code: Foreign['code'], language: Language])[]>();
for (const [code, languages] of SETS)
  for (const one of languages) for (const verb of one.verbs) STEMS.set(verb, [...(STEMS.get(verb) ?? []), [code, one]]);
const LATIN = [...STEMS.keys()].filter((verb) => !NOT_ASCII.test(verb));
const OTHER = new RegExp([...STEMS.keys()].filter((verb) => NOT_ASCII.test(verb)).join('|'), 'g');
const FILTER = prefilter(LATIN);

/** The three parts within a sentence of each other, in any order. Linear: each verb once, with a bounded look around it. */
export function foreignOrders(plain: string): readonly Foreign[] {
  const text = bare(plain);
  const out: Foreign[] = [];
  const said = new Set<string>();
  let seen = 0;
  const look = (verb: string, start: number): void => {
    seen += 1;
    if (seen > MOST) return;
    const [near, around] = [text.slice(Math.max(0, start - AFTER), start + 2 * AFTER), sentence(text, start)];
    for (const [code, { earlier, orders }] of STEMS.get(verb) ?? []) {
      // What a model is freed of may stand in the next sentence.
      const where = code === 'INJECTION_ROLE' ? near : around;
      if (said.has(code) || !orders.test(where) || !earlier.test(where)) continue;
      said.add(code);
      out.push({ code, start });
    }
  };
  FILTER.scan(text, (id, end) => {
    const verb = LATIN[id];
    if (verb !== undefined) look(verb, end - verb.length);
  });
  if (NOT_ASCII.test(text)) for (const match of text.matchAll(OTHER)) look(match[0], match.index);
  return out;
}

function sentence(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - BEFORE), at);
  const after = text.slice(at, at + AFTER);
  const end = after.search(/[.!?。！？؟\n]/);
  const start = Math.max(...['.', '!', '?', '\n', '。'].map((mark) => before.lastIndexOf(mark)));
  return before.slice(start + 1) + (end < 0 ? after : after.slice(0, end));
}
