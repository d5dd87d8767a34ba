import { useEffect, useMemo, useRef } from 'react';
import type { ReactNode } from 'react';
import { Shown } from '../text/shown.tsx';
import { linesOf } from './tokens.ts';
import type { Line } from './tokens.ts';

interface Terms {
  /** Canonical JSON text. */
  readonly json: string;
  /** Pointers of values that a finding or a reason speaks of. */
  readonly marked: ReadonlySet<string>;
  /** Called when the end of it has been on the screen. */
  readonly onEnd?: () => void;
}

/** The exact arguments, whole: what is long scrolls, nothing is cut at the end. */
export function Payload({ json, marked, onEnd }: Terms): ReactNode {
  const lines = useMemo(() => linesOf(json), [json]);
  const end = useRef<HTMLSpanElement>(null);
  const told = useRef(onEnd);
  useEffect(() => {
    told.current = onEnd;
  });
  useEffect(() => {
    if (end.current === null) return undefined;
    // Against the window: what this box or the page hides has not been seen.
    const seen = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) told.current?.();
    });
    seen.observe(end.current);
    return () => seen.disconnect();
  }, [json]);
  return (
    <div className="payload" tabIndex={0} role="region" aria-label="Exact arguments" data-payload="">
      {lines === null ? <Shown text={json} /> : lines.map((line, at) => <PayloadLine key={at} line={line} marked={marked} />)}
      <span ref={end} className="payload-end" data-payload-end="" />
    </div>
  );
}

function PayloadLine({ line, marked }: { readonly line: Line; readonly marked: ReadonlySet<string> }): ReactNode {
  const isMarked = marked.has(line.pointer);
  return (
    <div className="payload-line" data-depth={Math.min(line.depth, 12)}>
      {line.tokens.map(({ kind, text }, at) => {
        const shown = <Shown text={text} />;
        return isMarked && (kind === 'text' || kind === 'value') ? (
          <mark key={at}>{shown}</mark>
        ) : (
          <span key={at} className={`t-${kind}`}>
            {shown}
          </span>
        );
      })}
    </div>
  );
}
