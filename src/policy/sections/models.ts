import { Type, type Static } from 'typebox';
import { checkUsd, micros } from '../dollars.ts';
import type { Report } from '../fault.ts';
import { closed, oneOf, optional, usd } from '../schema.ts';
import { section } from '../section.ts';

const tier = Type.Object(
  {
    model: Type.String({ minLength: 1, maxLength: 256 }),
    tier: Type.Integer({ minimum: 1, maximum: 5, description: 'from 1 (fast, cheap) to 5 (frontier)' }),
    inputUsdPerMillion: usd,
    outputUsdPerMillion: usd,
  },
  closed,
);

export const models = section({
  schema: Type.Object({ tiers: Type.Array(tier), route: optional(oneOf(['cheapest-sufficient', 'off'])) }, closed),
  defaults: { tiers: [] },
  compile: ({ tiers, route }, { report }) => {
    check(tiers, report);
    const priced = tiers.map((one) => ({
      model: one.model,
      tier: one.tier,
      usdMicrosPerMillionInput: micros(one.inputUsdPerMillion),
      usdMicrosPerMillionOutput: micros(one.outputUsdPerMillion),
    }));
    return { models: route === 'off' ? [] : priced };
  },
  page: [['`models`', '`{tiers: [{model, tier, inputUsdPerMillion, outputUsdPerMillion}], route}`', 'none']],
  samples: [
    { tiers: [{ model: 'small', tier: 1, inputUsdPerMillion: 0.25, outputUsdPerMillion: 1.25 }], route: 'cheapest-sufficient' },
    { tiers: [], route: 'off' },
  ],
});

function check(tiers: readonly Static<typeof tier>[], report: Report): void {
  const seen = new Set<string>();
  for (const [index, one] of tiers.entries()) {
    checkUsd(one.inputUsdPerMillion, ['tiers', index, 'inputUsdPerMillion'], report);
    checkUsd(one.outputUsdPerMillion, ['tiers', index, 'outputUsdPerMillion'], report);
    if (seen.has(one.model)) {
      const path = ['tiers', index, 'model'];
      report({ path, code: 'DUPLICATE_ID', message: `\`${one.model}\` is priced twice`, hint: 'Keep one of the two.' });
    }
    seen.add(one.model);
  }
}
