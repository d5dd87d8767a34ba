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
  page: [['`rules`', '`{id, when, effect, reason: {code, message, hint}, risk, set}`; `set` replaces arguments and belongs to `modify`', 'none']],
  chapters: [
    `## What a condition may read

| name | fields |
|---|---|
| \`action\` | \`name\`, \`kind\`, \`agent\`, \`session\`, \`tenant\`, \`door\`, \`enforcement\`, \`harness?\`, \`args\`, \`claims\`, \`category\` (the first), \`categories\`, \`operation\` (the first, or ""), \`operations\`, \`paths\`, \`files\` (\`path\`, \`access\`), \`hosts\`, \`urls\` (\`url\`, \`scheme\`, \`host\`, \`port?\`, \`method?\`), \`commands\` (\`bin\`, \`argv\`, \`line\`, \`dynamic\`), \`tables\`, \`recipients\`, \`amounts\`, \`amount\` (the largest, 0 when there is none), \`risk\` (the worst finding, LOW when there is none), \`findings\` (\`code\`, \`detector\`, \`risk\`, \`category?\`, \`operation?\`, \`pointer\`, \`evidence\`, \`confidence\`, \`inspected\`), \`at\` |
| \`action.claims\` | \`intent?\`, \`priority?\`, \`complexity?\`, \`confidence?\`, \`usd?\`, \`tokens?\`, \`framework?\`, \`model?\` |
| \`session\` | \`id\`, \`steps\`, \`toolCalls\`, \`modelCalls\`, \`tokens\`, \`spentUsd\` (spent and reserved together), \`minutes\` |
| \`agent\` | \`id\`, \`team?\`, \`framework?\`, \`capabilities\`, \`violations\`, \`pendingApprovals\` |
| \`now\` | \`hour\`, \`minute\`, \`weekday\` (0 is Sunday), \`date\`, all UTC and of the action |

A request to a model that was read for \`prompt\` has \`action.args.redaction\`: \`read\` (detectors), \`applied\`, \`replaced\` (such as \`"2 email"\`), \`sealed?\`
(parts that are signed, encrypted or media), \`unfinished?\`. Shapes that are only guessed at (confidence below 0.5, or below \`threshold\` where that is
higher) are left.

A field with \`?\` and every argument may be missing; reading what is missing is an error, and an error denies. \`has(…)\` asks first.
Numbers of arguments are JSON's: doubles, with which a whole one may stand where an int does (\`action.args.n % 2 == 0\`, \`in [1, 2, 2.5]\`); \`/\` of one is not rounded. Numbers of
any type are equal when their values are. Positions in texts (\`substring\`, \`indexOf\`, \`size\`) count code points. There is no \`charAt\` and no \`replace\`.
\`matches()\` is RE2 and takes a pattern written in the rule. Comprehensions (\`all\`, \`exists\`, \`filter\`, \`map\`) nest at most two deep, and a
condition may take 250,000 steps in all (from semantics 3 on); one that takes more denies with \`RULE_ERROR\`.
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
