import type { WordClass } from './lexicon.ts';

/** One step of a phrase: a word of this class, or this very word, at most `within` words after the step before. */
export interface Step {
  readonly is: WordClass | `=${string}`;
  readonly within: number;
}

export interface PhraseRule {
  readonly code: string;
  readonly steps: readonly [Step, ...Step[]];
  readonly confidence: number;
  /** Speaks of data leaving: only an attack where it stands in something the model reads, not in what the agent itself writes. */
  readonly where?: 'read';
}

const rule = (code: string, confidence: number, text: string, where?: 'read'): PhraseRule => {
  const [first, ...rest] = text.split(' ').map((part): Step => {
    const [is = '', within = '1'] = part.split('~');
    return { is: is as Step['is'], within: Number(within) };
  });
  const steps: readonly [Step, ...Step[]] = [first ?? { is: '=', within: 1 }, ...rest];
  return where === undefined ? { code, steps, confidence } : { code, steps, confidence, where };
};

/** `class~n`: a word of the class at most n words further on; `=word` is that word. */
export const RULES: readonly PhraseRule[] = [
  rule('INJECTION_OVERRIDE', 0.95, 'override all~2 earlier~3 orders~3'),
  rule('INJECTION_OVERRIDE', 0.93, 'override earlier~3 orders~3'),
  rule('INJECTION_OVERRIDE', 0.92, 'override orders~3 earlier~3'),
  rule('INJECTION_OVERRIDE', 0.85, 'override all~2 orders~4'),
  rule('INJECTION_OVERRIDE', 0.9, 'override =everything~1 =you~3'),
  rule('INJECTION_OVERRIDE', 0.9, 'override =everything~1 earlier~2'),
  rule('INJECTION_OVERRIDE', 0.85, 'override =what~3 =you~2 =told~4'),
  rule('INJECTION_OVERRIDE', 0.85, '=do =not~1 =follow~1 earlier~4 orders~3'),
  rule('INJECTION_OVERRIDE', 0.85, '=new =instructions~2 =follow~6'),
  rule('INJECTION_OVERRIDE', 0.85, '=supersedes all~2 earlier~2'),
  rule('INJECTION_OVERRIDE', 0.85, 'override =the~1 =above~1'),
  rule('INJECTION_OVERRIDE', 0.85, 'override all~1 above~2'),
  rule('INJECTION_OVERRIDE', 0.85, 'override all~2 =we~2'),
  rule('INJECTION_OVERRIDE', 0.85, 'override =everything~1 said~3'),
  rule('INJECTION_OVERRIDE', 0.85, 'override formal~1 article~1 above~1'),
  rule('INJECTION_OVERRIDE', 0.85, 'override formal~2 all~2 above~3'),
  rule('INJECTION_OVERRIDE', 0.85, 'override =your~2 orders~3 =and~2'),
  rule('INJECTION_OVERRIDE', 0.85, '=stop =following~1 =your~2 orders~3'),
  rule('INJECTION_OVERRIDE', 0.85, '=do =not~1 =listen~1 =to~1 orders~5'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =me~1 =your~1 hidden~2 promptNoun~2'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =all~2 =your~2 =prompt~2'),
  rule('INJECTION_PROMPT_LEAK', 0.85, '=what =were~1 =your~2 promptNoun~4'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =the~2 =above~3 promptNoun~2'),
  rule('INJECTION_PROMPT_LEAK', 0.85, '=spell =check~1 =and~1 reveal~1'),
  rule('INJECTION_PROMPT_LEAK', 0.85, '=prompt =texts~1 reveal~8'),
  rule('INJECTION_ROLE', 0.85, '=want =you~1 =to~1 =act~1 =as~1', 'read'),
  rule('INJECTION_ROLE', 0.85, '=going =to~1 =pretend~1 =to~1 =be~1'),
  rule('INJECTION_ROLE', 0.85, '=pretend =to~1 =be~1 persona~4'),
  rule('INJECTION_ROLE', 0.85, '=möchte =dass~1 =sie~1 =als~2', 'read'),
  rule('INJECTION_ROLE', 0.85, '=mochte =dass~1 =sie~1 =als~2', 'read'),
  rule('INJECTION_ROLE', 0.85, '=you =will~1 =act~1 =as~1 persona~5'),
  rule('INJECTION_ROLE', 0.85, '=do =not~2 =have~1 =to~1 =abide~1'),
  rule('INJECTION_ROLE', 0.9, '=from =now~1 =on~1 =you~2 =are~2 becomes~1'),
  rule('INJECTION_ROLE', 0.9, '=from =now~1 =on~1 =you~2 =will~2 behaves~2'),
  rule('INJECTION_ROLE', 0.9, '=from =now~1 =on~1 =you~2 =must~2'),
  rule('INJECTION_ROLE', 0.85, '=you =are~1 =now~1 persona~6'),
  rule('INJECTION_ROLE', 0.8, '=you =are~1 =no~1 =longer~1'),
  rule('INJECTION_ROLE', 0.75, '=pretend =you~3 =are~2 persona~8'),
  rule('INJECTION_ROLE', 0.85, '=act =as~1 persona~5'),
  rule('INJECTION_OVERRIDE', 0.85, '=pretend earlier~4 =conversation~1 =never~2'),
  rule('INJECTION_ROLE', 0.85, 'speaks =without~8 =any~1 =restrictions~3'),
  rule('INJECTION_ROLE', 0.85, '=developer =mode~1 =enabled~4'),
  rule('INJECTION_ROLE', 0.8, '=respond =without~2 =filter~4'),
  rule('INJECTION_PROMPT_LEAK', 0.9, 'reveal =your~3 hidden~2 promptNoun~2'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =your~2 =instructions~2'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =the~2 =system~1 =prompt~1'),
  rule('INJECTION_PROMPT_LEAK', 0.85, '=what =is~2 =your~1 =system~2 =prompt~1'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =instructions~6 =you~1 =were~1 =given~1'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =your~6 hidden~4 =prompt~1'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =everything~2 =above~1'),
  rule('INJECTION_PROMPT_LEAK', 0.85, 'reveal =the~1 =full~1 =system~1 =prompt~1'),
  rule('INJECTION_PROMPT_LEAK', 0.85, '=repeat =the~2 =words~1 =above~1'),
  rule('INJECTION_CONCEAL', 0.9, '=do =not~1 conceal~2 person~4'),
  rule('INJECTION_CONCEAL', 0.9, '=don =t~1 conceal~2 person~4'),
  rule('INJECTION_CONCEAL', 0.9, '=never conceal~2 =the~2 =user~2'),
  rule('INJECTION_CONCEAL', 0.9, '=without conceal~3 =the~2 =user~2'),
  rule('INJECTION_CONCEAL', 0.85, '=without =the~1 =user~1 =s~1 =knowledge~2'),
  rule('INJECTION_ADDRESSED', 0.85, '=attention assistant~3'),
  rule('INJECTION_ADDRESSED', 0.85, '=if =you~1 =are~1 =an~2 assistant~3'),
  rule('INJECTION_ADDRESSED', 0.85, '=note =to~2 =the~2 assistant~3', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, '=and send~3 =to~12 =attacker~6', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, 'send loot~10 =to~6 =@~8', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, 'send =this~1 loot~3 =to~4 =@~8', 'read'),
  rule('INJECTION_REQUEST', 0.75, '=please act~2 =my~9 owned~6', 'read'),
  rule('INJECTION_REQUEST', 0.75, 'act =my~9 guarded~3', 'read'),
  rule('INJECTION_REQUEST', 0.75, 'act =my~9 =account~6', 'read'),
  rule('INJECTION_REQUEST', 0.75, '=please act~2 =from~6 =my~2', 'read'),
  rule('INJECTION_REQUEST', 0.75, '=please command~1 =all~2 =files~2', 'read'),
  rule('INJECTION_REQUEST', 0.75, '=please command~1 =the~1 device~6', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, '=and send~1 =to~10 =@~4', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, '=then send~1 =to~10 =@~4', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, 'send =them~1 =to~3 =@~8', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, 'send =it~1 =to~3 =@~8', 'read'),
  rule('INJECTION_EXFILTRATION', 0.85, '=please send~1 =my~3 =@~10', 'read'),
  rule('INJECTION_REQUEST', 0.6, '=please act~2 =my~6', 'read'),
  rule('INJECTION_TOOL_POISONING', 0.92, '=before =using~2 =this~2 =tool~2 =read~4'),
  rule('INJECTION_TOOL_POISONING', 0.6, '=before =using~2 =this~2 =tool~2'),
  rule('INJECTION_TOOL_POISONING', 0.6, '=before =calling~2 =any~3 =tool~2'),
  rule('INJECTION_TOOL_POISONING', 0.9, '=otherwise =the~2 =tool~2 =will~3 =not~2 =work~2'),
  rule('INJECTION_TOOL_POISONING', 0.85, '=read =the~2 =file~2 =and~6 =pass~3'),
  rule('INJECTION_TOOL_POISONING', 0.85, '=always =call~2 =this~2 =tool~2 =first~3'),
];
