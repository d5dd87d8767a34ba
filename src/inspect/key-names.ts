import { constants } from 'node:os';
import { NOUNS, VERBS } from './classify/vocabulary.ts';
import { wordsOf } from './classify/words.ts';

/** Words that names of fields are made of, beside the verbs and nouns of tool names. A closed list: what is not in it may be somebody's text. */
const FIELDS = `
abort absolute accept access account active actor additional address adds after age agent aggregate ai alias align all allow amount annotations
answer answers any api app append application apps architecture archive area arg args argument arguments array as asc assignee async at attempt
attendees attr attribute attributes audience audio auth author authorization auto background backup balance banner base base64 batch bcc bearer before
begin bin binary binding bio birth bitrate block blocks body bool boolean border bot bottom bounds box branch brand bucket budget buffer build
building business button by bytes cached calendar callback callee caller campaign caption card case cases category cause cc cell cells center certificate
change changes char chars chat check checksum child children choice choices chunk cid city claim class classes client clone cluster code
codes collection color column columns command commands comment comments commit commits company component config configuration confidence confirm connection
console constraint contact contacts container content contents context continue contract conversation copy core cost count country course coverage create
created creator credential credentials criteria cron css currency current cursor custom customer cvv cwd daily dashboard date dates day days dead
deadline debug decimal default definition deletions delay delta demo department depth desc description dest destination detail details device dialect diff digest
dimension dimensions direction disabled discount display distance district dns dog domain done draft drive dry due duration edge edit edits editor
element elements enabled encoding encryption end endpoint engine entity entries entry enum env environment error errors escape estimate estimated event events
exact example except exclude exclusive expand expected expires expiry explanation expression ext extension extensions external extra failed fallback family
feature features feedback field fields fill filter filters final find first flag flags folder follow font footer for force fork form format formula fragment frame
framework free frequency from full func function functions gateway gender generate global goal graph grid group groups guest hash have head header
headers headline height hidden high history home host hosts hostname hour hours html iban icon id identifier ids if image images import in include index
info init initial inline inner input inputs insert instance instances instruction instructions int integer intent interval invitees is issue issues item items
iterations java javascript job join json justification key keys keyword keywords kind label labels lang language last lat latitude layer layout left
length level levels library license limit line lines link links list listing lng load loc local locale location lock log login logs long longitude
loop low mailbox main manifest map mapping mark markdown match matches matrix max maximum media medium member members memo merge meta
metadata method metric metrics middle min minimum minute minutes mobile mode model models modified module month months move multi multiline mutation name names
namespace nested network new next nickname no node nodes none not note notes null number numbers object objects of off offset ok old on
one only op open operation operations operator option optional options or order orders org organisation organization origin original other out output
outputs outer overwrite owner owners page pages pane panel paragraph parallel param parameter parameters params parent part participants parts
partition pass passwd password patch pattern patterns payee payer payload percent percentage period permission permissions person phone photo pid pin
pipeline pixel place plain plan platform player plugin point pointer points policy pool port position post postal prefix preview previous price
primary priority private pro process product products profile progress project projects prompt prompts properties property protocol provider proxy pr public pull py python
quantity query queries question questions queue quote range rank rate ratio raw re reactions reason recipient recipients record records recursive ref refs
reference references refs regex region regular relation relative remote replacement replica reply repo repos repositories repository request requests required
resolution resource resources response responses result results retries retry return reverse revision right risk role roles room root route row rows rule rules
safe salary sample scale scene schedule schema scope score screen script seat second seconds secret secrets section seed segment select selection
selector selectors self sender sensitive sent separator sequence serial server servers service session set settings severity sha shape share sheet
shift shipping short show side sign signature signal silent simple since single site size skip sku slot slug sms snippet sort source sources space span
spec speed split sql src stack stage star start started starts state statement statements states static stats status stderr stdin stdout step steps
stop storage store story stream street strict string strings strip structure style sub subject subscription subtitle subtotal suffix suggestion
sum summary symbol sync syntax system tab table tables tag tags target targets task tasks tax team technical template temperature tenant term terms test tests
text texts thread threshold thought thoughts ticker ticket tier time timeout timeouts timestamp times timezone title to todo todos token tokens tool tools top topic topics
total track traits transaction transcript transfer translation transport trigger trim true ts turn type types uid unit units unread until up upper
upsert uri url urls usage use user username users uuid valid validate validation value values var variable variables variant vat vector vendor
verbose version versions via video view views visible visibility voice volume wait wallet warehouse warning watch web week weeks weight where width window
with within word words workdir worker workflow workspace world wrap x xml y yaml year years yes z zip zone
stdlib seen dst cmd cmdline commandline shellcommand dir filepath filename ctx msg num nums str len idx cnt qty amt desc addr tel fax ref lastname firstname birthday
aria attr href rel alt usd eur gbp micros ms sec secs mins hrs kb mb gb nonce salt otp mfa totp ssn dob
jsonrpc tenantid sessionid userid
cell notebook dataset dataframe activeform subagent questionnaire multiselect header plan
claude codex cursor gemini copilot windsurf cline goose opencode openai anthropic azure bedrock vertex mistral qwen kiro amp aider crush pi droid roo
langchain langgraph llamaindex crewai autogen semantic kernel vercel sdk mcp hook hooks http handshake
`;

const WORDS: ReadonlySet<string> = new Set([...FIELDS.split(/\s+/), ...[...VERBS.keys(), ...NOUNS.keys()]]);

/** Words of error codes, beside those of fields. */
const FAILURES = `
insufficient authentication
aborted absent already arg argument bad blocked broken busy canceled cancelled closed conflict corrupt crash crashed critical dead denied dependency
disconnected duplicate elapsed empty exceeded exceeds exception exhausted exists exit exited expired fail failed failure fault fatal file forbidden found gone guarantee
halted impossible in incomplete incompatible interrupted internal invalid killed locked lost malformed mismatch missing not offline on out overflow overloaded
parse parsing pending permitted precondition range reached rejected refused reset runtime shutdown sigkill sigterm stopped syntax temporarily terminated
throttled timed timeout timeouts too large many long short toolerror type uncaught unauthenticated unauthorized unauthorised unavailable undefined unexpected
unhandled unimplemented unknown unreachable unreadable unresolved unsettled unsupported upstream value violation was worker wrong cut quota eval assertion
tls ssl certificate handshake econn connect api tool model provider mcp llm
`;

const FAILURE_WORDS: ReadonlySet<string> = new Set(FAILURES.split(/\s+/));
const SYSTEM_ERRORS: ReadonlySet<string> = new Set([...Object.keys(constants.errno), 'ENOTFOUND', 'EAI_AGAIN']);

/** More words than names of fields have: a sentence of plain words is somebody's text all the same. */
const MOST_WORDS = 5;
const MOST_LENGTH = 48;

/**
 * Whether a name is made of nothing but words that fields, parameters and harnesses are called by, so that it can hold no text of a person or a
 * model. A key that is not may be a token, an address or a name (LOG-31).
 */
export function isPlainName(name: string): boolean {
  if (name.length === 0 || name.length > MOST_LENGTH || !/^[A-Za-z_$@-][A-Za-z0-9_.$-]*$/.test(name)) return false;
  // One or two letters name a coordinate or a flag.
  if (name.length <= 2) return true;
  const words = wordsOf(name);
  return words.length > 0 && words.length <= MOST_WORDS && words.every(isWord);
}

/** Whether an error code is one: words that failures are named by, numbers of three digits, the names the system gives. */
export function isPlainCode(code: string): boolean {
  if (code.length > 64 || !/^[A-Za-z0-9_.: -]+$/.test(code)) return false;
  if (SYSTEM_ERRORS.has(code)) return true;
  const words = wordsOf(code);
  return words.length > 0 && words.length <= 8 && words.every((word) => /^\d{1,5}$/.test(word) || FAILURE_WORDS.has(word) || isWord(word));
}

function isWord(word: string): boolean {
  if (WORDS.has(word) || (word.endsWith('s') && WORDS.has(word.slice(0, -1)))) return true;
  const bare = word.replace(/\d{1,2}$/, '');
  return bare !== word && (bare === '' || WORDS.has(bare));
}
