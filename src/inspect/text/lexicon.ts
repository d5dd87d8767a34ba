const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** Word classes injection phrases are made of. Lower case, no accents; English first, then the large European languages. */
export const LEXICON = {
  override: set(
    'ignore ignoring disregard forget override overrule bypass overlook skip neglect discard dismiss ignora ignoriere ignorier ignorez ignorer ignorar olvida olvide esqueca dimentica dimenticare vergiss vergessen oublie oubliez zignoruj negeer missachte',
  ),
  all: set('all any every everything each todas todos alle toutes tous tutte tutti wszystkie alles'),
  earlier: set(
    'previous prior preceding above earlier former before past existing original initial given anterior anteriores vorherigen vorherige bisherigen precedentes precedente precedenti poprzednie eerdere your system developer safety programmed built',
  ),
  orders: set(
    'instruction instructions direction directions directive directives prompt prompts rule rules guideline guidelines guidance command commands order orders context programming constraints restrictions policies policy training messages text tasks task instrucciones instrucoes instruccion anweisungen anweisung instructies consignes istruzioni instrukcje regeln reglas regles said told',
  ),
  reveal: set('printing repeating revealing reveal show print repeat output display leak disclose expose tell give share dump return write provide'),
  hidden: set('system initial hidden secret original internal developer full entire confidential'),
  promptNoun: set('prompt prompts instructions instruction message preamble configuration'),
  persona: set('dan jailbroken jailbreak unrestricted unfiltered uncensored omnipotent evil amoral'),
  conceal: set('mention tell inform notify alert reveal disclose say show warn report'),
  person: set('user users human operator'),
  send: set('send forward email mail transmit post upload share exfiltrate leak transfer deliver submit pass append include copy'),
  loot: set(
    'password passwords credential credentials secret secrets token tokens key keys apikey cookies conversation history transcript environment env ssh data details information records contacts addresses payment medical genetic address search card',
  ),
  act: set(
    'augment fill generate retrieve download search find export make order check reserve ship record extract access modify delete move post connect access transfer pay send deposit withdraw delete remove unlock grant share update change sell buy initiate schedule disable redirect forward book cancel create add give',
  ),
  above: set('above obige obigen before davor zuvor vorher'),
  said: set('before above said told talked discussed davor earlier'),
  formal: set('sie alle alles bitte'),
  becomes: set('a an my the dan free unrestricted no not going acting to called named in'),
  behaves: set(
    'act respond answer be behave obey only always never follow ignore speak reply pretend do execute comply output send forward include treat refuse',
  ),
  speaks: set('respond answer act operate speak write generate behave reply do'),
  article: set('die das den alle obigen'),
  owned: set(
    'account accounts card wallet profile data records files folder documents password health history location home house apartment door camera bank venmo paypal amazon norton calendar contacts friends list',
  ),
  guarded: set(
    'bank password passwords genetic medical health two security private personal amazon facebook dropbox paypal venmo safe account accounts smart home front',
  ),
  command: set('move delete copy list download retrieve search find change give set turn open grant disable enable schedule leave'),
  device: set('traffic light lights lock door thermostat camera drone robot vehicle emergency intersection channel'),
  assistant: set('ai assistant llm agent model chatbot gpt claude chatgpt bot'),
} as const;

export type WordClass = keyof typeof LEXICON;

/** Marks of a forged conversation or tool frame. */
export const FRAMES: readonly string[] = [
  '<|im_start|>',
  '<|im_end|>',
  '<|system|>',
  '<|endoftext|>',
  '[inst]',
  '[/inst]',
  '<<sys>>',
  '<</sys>>',
  '<system>',
  '</system>',
  '<system-reminder>',
  '<system_prompt>',
  '<function_results>',
  '<tool_result>',
  '<function_calls>',
  '<invoke name=',
  '<tool_call>',
  '```tool_call',
  '[tool_calls]',
  '<|start_header_id|>',
  '<|eot_id|>',
  '<start_of_turn>',
  '<|tool',
  '<important>',
  '[system message]',
  '### system',
  '### instruction',
  'begin_system',
  '"role": "system"',
  '"role":"system"',
  'system override',
  'system prompt:',
  'end of user input',
  '</user_query>',
  '</tool_output>',
  'developer mode enabled',
  'do anything now',
];
