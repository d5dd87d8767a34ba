import type { ReactNode } from 'react';
import { Problem } from '../state/ask.ts';
import { useNow } from '../state/now.ts';
import type { Effect, Risk } from '../state/shapes.ts';

export const EffectTag = ({ effect }: { readonly effect: Effect }): ReactNode => <span className={`tag ${effect}`}>{effect}</span>;

const RISK_TONE: Readonly<Record<Risk, string>> = { LOW: 'plain', MEDIUM: 'plain', HIGH: 'ask', CRITICAL: 'deny' };
export const RiskTag = ({ risk }: { readonly risk: Risk }): ReactNode => <span className={`tag ${RISK_TONE[risk]}`}>{risk}</span>;

export const Enforcement = ({ is }: { readonly is: string }): ReactNode => (
  <span className={`tag ${is === 'enforcing' ? 'allow' : is === 'advisory' ? 'ask' : 'plain'}`} title={ENFORCEMENT[is] ?? ''}>
    {is}
  </span>
);

const ENFORCEMENT: Readonly<Record<string, string>> = {
  enforcing: 'The action cannot run before Aegis has answered.',
  advisory: 'The agent asks before it acts; nothing keeps it from acting without asking.',
};

export const DOORS: Readonly<Record<string, string>> = { http: 'SDK or HTTP', llm: 'model proxy', mcp: 'MCP proxy', hook: 'coding-agent hook' };

const exact = (at: number): string => new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Relative; the exact time on hover. */
export function Ago({ at }: { readonly at: number }): ReactNode {
  const seconds = Math.max(0, Math.round((useNow() - at) / 1_000));
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)}>
      {seconds < 5 ? 'now' : `${span(seconds)} ago`}
    </time>
  );
}

/** How far ahead; the exact time on hover. */
export function Until({ at }: { readonly at: number }): ReactNode {
  const seconds = Math.max(0, Math.round((at - useNow()) / 1_000));
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)}>
      {seconds === 0 ? 'now' : `in ${span(seconds)}`}
    </time>
  );
}

export const Clock = ({ at }: { readonly at: number }): ReactNode => (
  <time dateTime={new Date(at).toISOString()} title={exact(at)}>
    {new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })}
  </time>
);

function span(seconds: number): string {
  if (seconds < 60) return `${String(seconds)} s`;
  if (seconds < 3_600) return `${String(Math.floor(seconds / 60))} min`;
  return seconds < 86_400 ? `${String(Math.floor(seconds / 3_600))} h` : `${String(Math.floor(seconds / 86_400))} d`;
}

/** Time left until an approval is denied by itself. */
export function Countdown({ until }: { readonly until: number }): ReactNode {
  const seconds = Math.max(0, Math.round((until - useNow()) / 1_000));
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0')];
  return (
    <time className={seconds < 60 ? 'countdown soon' : 'countdown'} title={`Denied by itself at ${exact(until)}`}>
      {seconds === 0 ? 'expired' : minutes >= 100 ? span(seconds) : `${String(minutes)}:${rest}`}
    </time>
  );
}

/** What went wrong, and what to do. */
export function Refusal({ error, again }: { readonly error: unknown; readonly again?: () => void }): ReactNode {
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="refusal" role="alert">
      <strong>{problem?.message ?? 'Something went wrong in this page.'}</strong>
      {problem === null || problem.hint === '' ? null : <span className="quiet">{problem.hint}</span>}
      {problem === null ? null : <code className="faint">{problem.code}</code>}
      {again === undefined ? null : (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <strong>{title}</strong>
      <div className="quiet">{children}</div>
    </div>
  );
}
