import { eventRoutes } from '../intercept/http/events/serve.ts';
import { handshakeRoutes } from '../intercept/http/handshake/serve.ts';
import type { Route } from '../http/route.ts';
import { actionRoutes } from '../intercept/http/serve.ts';
import { digestOf } from '../wire/digest.ts';
import { createTally } from '../views/tally.ts';
import { createViews } from '../views/views.ts';
import { actionListRoutes } from '../api/actions.ts';
import { agentRoutes } from '../api/agents.ts';
import { approvalRoutes } from '../api/approvals.ts';
import { budgetViewRoute } from '../api/budget-views.ts';
import type { ApiDeps } from '../api/deps.ts';
import { feedRoutes } from '../api/feed.ts';
import { ingestedEvents } from './ingested-events.ts';
import { hitlRoutes } from '../api/hitl.ts';
import { haltRoutes } from '../api/halts.ts';
import { runRoutes } from '../api/runs.ts';
import { healthRoutes } from '../api/health.ts';
import { historyRoutes } from '../api/history.ts';
import { hookRoutes } from '../intercept/hook/routes.ts';
import { identityRoutes } from '../api/identity.ts';
import { journalRoutes } from '../intercept/http/journal.ts';
import { lockRoutes } from '../api/locks.ts';
import { loginRoutes } from '../api/login.ts';
import { logRoutes } from '../api/log.ts';
import { mcpRoutes } from '../intercept/mcp/routes.ts';
import { metricsRoutes } from '../api/metrics.ts';
import { withOpenApi } from '../api/openapi.ts';
import { operatorRoutes } from '../api/operators.ts';
import { overviewRoute } from '../api/overview.ts';
import { pageRoutes } from '../api/page.ts';
import { policyRoutes } from '../api/policies.ts';
import { sessionRoutes } from '../api/sessions.ts';
import { standingRoutes } from '../api/standing.ts';
import { streamRoutes } from '../api/stream.ts';
import { viewRoutes } from '../api/views.ts';

/** Every route there is, in one typed list. A route that is not here does not exist (AUTH-1). */
export function allRoutes(deps: ApiDeps): readonly Route[] {
  const tally = createTally(deps.store);
  const shown = { ...deps, views: createViews(deps.store) };
  const routes = [
    ...actionRoutes(deps.gate),
    ...actionListRoutes(deps),
    ...approvalRoutes(deps),
    ...hitlRoutes(deps),
    ...agentRoutes(deps),
    ...haltRoutes(deps),
    ...runRoutes(deps),
    ...policyRoutes(deps),
    ...historyRoutes(deps),
    ...journalRoutes(deps.gate),
    ...hookRoutes(deps),
    ...sessionRoutes(deps),
    ...lockRoutes(deps),
    ...loginRoutes(deps),
    ...pageRoutes(deps.page),
    ...standingRoutes(deps, tally),
    ...operatorRoutes(deps),
    ...logRoutes(deps),
    ...streamRoutes(deps),
    ...feedRoutes(deps),
    ...viewRoutes(shown),
    budgetViewRoute(shown),
    overviewRoute(shown),
    ...handshakeRoutes(deps.gate, deps.gas),
    ...eventRoutes({
      gate: deps.gate,
      digestOf,
      now: () => deps.clock.now(),
      recorded: (tenant, session) => ingestedEvents(deps.direct, tenant, session),
    }),
    ...mcpRoutes({ gate: deps.gate, payload: (tenant, digest) => deps.direct.payload(tenant, digest) }),
    ...metricsRoutes(deps, tally),
    ...healthRoutes(deps),
    ...identityRoutes(deps),
  ];
  return withOpenApi(routes, deps.version);
}
