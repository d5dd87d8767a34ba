import { Type } from 'typebox';
import { checkUsd, micros } from '../dollars.ts';
import type { Path } from '../fault.ts';
import { nameSet } from '../names.ts';
import { linearPattern, PATTERN_HINT, type LinearPattern } from '../pattern.ts';
import { closed, names, optional, usd } from '../schema.ts';
import { section } from '../section.ts';

const pattern = Type.String({ minLength: 1, maxLength: 512 });
const floor = Type.Object({ pattern, min: Type.Integer({ minimum: 1, maximum: 10, description: 'from 1 to 10' }) }, closed);

export const intents = section({
  schema: Type.Object(
    {
      costCeilingUsd: optional(usd),
      blocked: optional(Type.Array(pattern)),
      priorityFloors: optional(Type.Array(floor)),
      blockedAgents: optional(names),
    },
    closed,
  ),
  defaults: {},
  compile: ({ costCeilingUsd, blocked = [], priorityFloors = [], blockedAgents = [] }, { report }) => {
    checkUsd(costCeilingUsd, ['costCeilingUsd'], report);
    const matcher = (text: string, path: Path): LinearPattern => {
      const compiled = linearPattern(text);
      if (typeof compiled !== 'string') return compiled;
      report({ path, code: 'REGEX_INVALID', message: `The pattern cannot be used: ${compiled}`, hint: PATTERN_HINT });
      return () => true;
    };
    return {
      intents: {
        costCeilingUsdMicros: costCeilingUsd === undefined ? null : micros(costCeilingUsd),
        blocked: blocked.map((text, index) => ({ pattern: text, matches: matcher(text, ['blocked', index]) })),
        priorityFloors: priorityFloors.map(({ pattern: text, min }, index) => ({
          pattern: text,
          matches: matcher(text, ['priorityFloors', index, 'pattern']),
          min,
        })),
        blockedAgents: nameSet(blockedAgents),
      },
    };
  },
  page: [
    [
      '`intents`',
      '`{costCeilingUsd, blocked, priorityFloors: [{pattern, min}], blockedAgents}`; patterns are RE2 and may match anywhere in the text',
      'none',
    ],
  ],
  samples: [{ costCeilingUsd: 25, blocked: ['(?i)drain'], priorityFloors: [{ pattern: 'trade', min: 7 }], blockedAgents: ['old_*'] }],
});
