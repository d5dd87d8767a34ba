import { eventRoutes } from '../intercept/http/events/serve.ts';
import { handshakeRoutes } from '../intercept/http/handshake/serve.ts';
import type { Route } from '../intercept/http/route.ts';
import { actionRoutes } from '../intercept/http/serve.ts';
import { digestOf } from '../log/digest.ts';
import { createTally } from '../views/tally.ts';
import { actionListRoutes } from './actions.ts';
import { agentRoutes } from './agents.ts';
import { approvalRoutes } from './approvals.ts';
import type { ApiDeps } from './deps.ts';
import { ingestedEvents } from './event-history.ts';
import { haltRoutes } from './halts.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { hookRoutes } from './hooks.ts';
import { journalRoutes } from './journal.ts';
import { lockRoutes } from './locks.ts';
import { logRoutes } from './log.ts';
import { mcpRoutes } from './mcp.ts';
import { metricsRoutes } from './metrics.ts';
import { withOpenApi } from './openapi.ts';
import { operatorRoutes } from './operators.ts';
import { policyRoutes } from './policies.ts';
import { sessionRoutes } from './sessions.ts';
import { standingRoutes } from './standing.ts';
import { streamRoutes } from './stream.ts';

/** Every route there is, in one typed list. A route that is not here does not exist (AUTH-1). */
export function allRoutes(deps: ApiDeps): readonly Route[] {
  const tally = createTally(deps.store);
  const routes = [
    ...actionRoutes(deps.gate),
    ...actionListRoutes(deps),
    ...approvalRoutes(deps),
    ...agentRoutes(deps),
    ...haltRoutes(deps),
    ...policyRoutes(deps),
    ...historyRoutes(deps),
    ...journalRoutes(deps),
    ...hookRoutes(deps),
    ...sessionRoutes(deps),
    ...lockRoutes(deps),
    ...standingRoutes(deps, tally),
    ...operatorRoutes(deps),
    ...logRoutes(deps),
    ...streamRoutes(deps),
    ...handshakeRoutes(deps.gate),
    ...eventRoutes({
      gate: deps.gate,
      digestOf,
      now: () => deps.clock.now(),
      recorded: (tenant, session) => ingestedEvents(deps.store, tenant, session),
    }),
    ...mcpRoutes(deps),
    ...metricsRoutes(deps, tally),
    ...healthRoutes(deps),
  ];
  return withOpenApi(routes, deps.version);
}
