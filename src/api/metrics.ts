import type { OperatorGate } from '../gate/operator-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import type { ApiParts } from './deps.ts';
import type { Tally, Totals } from '../views/tally.ts';
import { PEOPLE } from '../kernel/role.ts';

type Parts = ApiParts<Pick<OperatorGate, 'pending'> & LogGate>;

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Prometheus text exposition, for the key's tenant only. */
export function metricsRoutes({ gate }: Parts, tally: Tally): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/metrics',
      auth: 'key',
      role: PEOPLE,
      tenant: 'key',
      audited: [],
      doc: { summary: 'Counters in Prometheus text format', tag: 'daemon' },
      response: { contentType: TYPE },
      handle: async ({ principal }) => {
        const { totals: counts } = await tally.of(principal.tenant);
        const pending = (await gate.pending(principal.tenant)).length;
        return { contentType: TYPE, body: exposition(counts, { pending, open: gate.state().open, rss: process.memoryUsage.rss() }) };
      },
    }),
  ];
}

function exposition(counts: Totals, now: { readonly pending: number; readonly open: boolean; readonly rss: number }): string {
  return [
    family('aegis_decisions_total', 'counter', 'Decisions by effect', labelled('effect', counts.effects)),
    family('aegis_reasons_total', 'counter', 'Decisions by reason code', labelled('code', counts.codes)),
    family('aegis_entries_total', 'counter', 'Log entries by type', labelled('type', counts.entries)),
    family('aegis_log_size', 'gauge', 'Entries in the log', [['', counts.size]]),
    family('aegis_approvals_pending', 'gauge', 'Approvals waiting for a person', [['', now.pending]]),
    family('aegis_gate_open', 'gauge', '1 while actions can be decided', [['', now.open ? 1 : 0]]),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory', [['', now.rss]]),
  ].join('');
}

type Sample = readonly [labels: string, value: number];

function labelled(label: string, values: Readonly<Record<string, number>>): readonly Sample[] {
  const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(values).map(([key, value]) => [`{${label}="${escaped(key)}"}`, value]);
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value]) => `${name}${labels} ${String(value)}\n`).join('')}`;
}
