/** What a phrase weighs that a text speaks of instead of speaking it. */
export const MENTIONED = 0.6;

/** Somebody is said to say it to a model: `an attack that tells the model to ignore …`, `make my chatbot ignore …`. */
const REPORTED =
  /\b(?:tell(?:s|ing)?|told|mak(?:es?|ing)|made|trick(?:s|ed|ing)?|ask(?:s|ed|ing)?|instruct(?:s|ed|ing)?|caus(?:es?|ed|ing)|get(?:s|ting)?|convinc(?:es?|ed|ing)|try(?:ing)?|tries|attempts?|persuad(?:es?|ing)|cause|forc(?:es?|ing))\b(?: \w+){0,3} (?:models?|llms?|chatbots?|ais?|assistants?|agents?|bots?|gpt\w*|claude)(?: (?:to|into))?\s?["'“‘`]?$/;
/** It is quoted as one of those phrases. */
const NAMED =
  /\b(?:injections?|jailbreaks?|attacks?|attackers?|adversar\w+|malicious|phrases?|prompts? (?:like|such)|such as|starts? with|begins? with|detects?|blocks?|filters?|classif\w+|payloads?|e\.g\.|for example)\b[^\n]{0,60}["'“‘`«]\s?$/;

/** Whether the phrase that begins at `at` in a text of lower case is told about: quoted as an attack, or reported of somebody who says it. */
export function isQuoted(plain: string, at: number): boolean {
  const before = plain.slice(Math.max(0, at - 120), at);
  return REPORTED.test(before) || NAMED.test(before);
}
