import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import type { ApiParts } from './deps.ts';

type Parts = ApiParts<LogGate>;

const doc = (summary: string) => ({ summary, tag: 'daemon' });
const OPEN = { auth: 'none', role: [], tenant: 'none', audited: [] } as const;

/** Alive and ready, for anybody. Neither says anything about a tenant, nor which version this is. */
export function healthRoutes({ gate }: Parts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/healthz',
      ...OPEN,
      doc: doc('The process answers'),
      response: Type.Object({ status: Type.Literal('ok') }),
      handle: () => ({ status: 'ok' }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      ...OPEN,
      doc: doc('The gate is open: actions can be decided and recorded'),
      response: Type.Object({ status: Type.Literal('ready') }),
      handle: () => {
        const state = gate.state();
        if (!state.open) throw new AegisError('GATE_CLOSED', { detail: 'see the daemon’s own log' });
        return { status: 'ready' };
      },
    }),
  ];
}
