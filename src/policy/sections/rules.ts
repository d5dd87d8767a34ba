import { Type } from 'typebox';
import { checkReachable } from '../reachable.ts';
import { RuleDocument } from '../rule-document.ts';
import { checkRules, voicesOf } from '../rules.ts';
import { section } from '../section.ts';

export const rules = section({
  schema: Type.Array(RuleDocument, { maxItems: 10_000 }),
  defaults: [],
  compile: (value, { document, report }) => {
    const checked = checkRules(value, report);
    checkReachable(document, checked, report);
    return { voices: voicesOf(checked) };
  },
  page: [['`rules`', '`{id, when, effect, reason: {code, message, hint}, risk, set}`; `set` replaces arguments and needs `effect: modify`', 'none']],
  chapters: [
    `## Fields in conditions

| name | fields |
|---|---|
| \`action\` | \`name\`, \`kind\`, \`agent\`, \`session\`, \`tenant\`, \`door\`, \`enforcement\`, \`harness?\`, \`args\`, \`claims\`, \`category\` (the first), \`categories\`, \`operation\` (the first, or ""), \`operations\`, \`paths\`, \`files\` (\`path\`, \`access\`), \`hosts\`, \`urls\` (\`url\`, \`scheme\`, \`host\`, \`port?\`, \`method?\`), \`commands\` (\`bin\`, \`argv\`, \`line\`, \`dynamic\`), \`tables\`, \`recipients\`, \`amounts\`, \`amount\` (the largest, 0 when there is none), \`risk\` (the worst finding, LOW when there is none), \`findings\` (\`code\`, \`detector\`, \`risk\`, \`category?\`, \`operation?\`, \`pointer\`, \`evidence\`, \`confidence\`, \`inspected\`), \`at\` |
| \`action.claims\` | \`intent?\`, \`priority?\`, \`complexity?\`, \`confidence?\`, \`usd?\`, \`tokens?\`, \`framework?\`, \`model?\` |
| \`session\` | \`id\`, \`steps\`, \`toolCalls\`, \`modelCalls\`, \`tokens\`, \`spentUsd\` (spent and reserved together), \`minutes\` |
| \`agent\` | \`id\`, \`team?\`, \`framework?\`, \`capabilities\`, \`violations\`, \`pendingApprovals\` |
| \`now\` | \`hour\`, \`minute\`, \`weekday\` (0 is Sunday), \`date\`, all UTC and of the action |

If a detector sets \`prompt\`, a request to a model has \`action.args.redaction\`: \`read\` (the detectors), \`applied\`, \`replaced\` (such as \`"2 email"\`), \`sealed?\`
(parts that are signed, encrypted or media), \`unfinished?\`. Values that are only a guess (confidence below 0.5, or below \`threshold\` if that is
higher) are not replaced.

Fields with \`?\` and all arguments may be missing. Reading a missing field is an error, and an error denies: check with \`has(…)\` first.

Numbers in arguments are JSON numbers, that is doubles. A whole number can be used where CEL expects an int (\`action.args.n % 2 == 0\`, \`in [1, 2, 2.5]\`); dividing it does not
round. Numbers of different types are equal if their values are. Positions in text (\`substring\`, \`indexOf\`, \`size\`) count code points. \`charAt\` and \`replace\` are not available.

\`matches()\` uses RE2, and its pattern must be written in the rule. Comprehensions (\`all\`, \`exists\`, \`filter\`, \`map\`) can be nested two deep. A
condition may take 250,000 steps (from semantics 3 on); one that needs more denies with \`RULE_ERROR\`.
`,
  ],
  samples: [
    [
      {
        id: 'no-large-orders',
        description: 'People approve what is expensive.',
        when: 'action.name == "order" && action.claims.usd > 100.0',
        effect: 'deny',
        reason: { code: 'ORDER_TOO_LARGE', message: 'Orders above $100 are for people.', hint: 'Hand it over.' },
        risk: 'HIGH',
      },
      { id: 'quiet-mails', when: 'action.name == "send_mail"', effect: 'modify', set: { silent: true } },
    ],
  ],
});
