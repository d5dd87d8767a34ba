import { PROMPTS } from '../../../examples/bank/script.ts';
import { expected, STAFF, type Expected } from '../../../examples/bank/staff.ts';
import { bankTools } from '../../../examples/bank/tools.ts';
import type { Stage } from './stage.ts';

/** One agent × tool: what must happen and what the log says happened. */
export interface Cell {
  readonly agent: string;
  readonly tool: string;
  readonly expected: Expected;
  /** The recorded effect; `none` when the agent never tried. */
  readonly got: string;
  readonly code: string;
  readonly as: 'expected' | 'different' | 'untried';
}

interface Recorded {
  readonly agent: string;
  readonly name: string;
  readonly effect: string;
  readonly reasons: readonly { readonly code: string }[];
}

/** Lets all four agents work through all seventeen tools side by side, then reads the outcome from Aegis, not from the agents. */
export async function runMatrix(stage: Stage): Promise<{ readonly cells: readonly Cell[]; readonly failures: readonly string[] }> {
  const runs = await Promise.all(
    STAFF.map((staff) => stage.agent(staff, { prompt: PROMPTS.checklist, session: `${staff.id}-checklist`, askTimeoutMs: 0 })),
  );
  const failures = runs.flatMap(({ code, stderr }, index) =>
    code === 0 ? [] : [`${STAFF[index]?.title ?? ''} ended with code ${String(code)}: ${stderr.trim().split('\n').at(-1) ?? ''}`],
  );
  const cells: Cell[] = [];
  for (const staff of STAFF) {
    const { actions } = (await stage.admin.get('/v1/actions', { session: `${staff.id}-checklist`, limit: 200 })) as { actions: readonly Recorded[] };
    for (const { name } of bankTools) {
      const wanted = expected(staff, name);
      const recorded = actions.find((action) => action.name === name);
      const got = recorded?.effect ?? 'none';
      const untried = recorded === undefined && stage.model === 'live';
      cells.push({
        agent: staff.title,
        tool: name,
        expected: wanted,
        got,
        code: recorded?.reasons[0]?.code ?? '',
        as: untried ? 'untried' : got === wanted ? 'expected' : 'different',
      });
    }
  }
  return { cells, failures };
}
