import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from '../parts/link.tsx';
import { Clock, DOORS, EffectTag, RiskTag } from '../parts/tags.tsx';
import type { ActionRow } from '../state/shapes.ts';
import { actionPath } from '../state/url.ts';
import { Sentence, Shown } from '../text/shown.tsx';

/** As in page.css: one line, or two on a phone. */
const HEIGHT = { wide: 36, narrow: 64 } as const;
const NARROW = '(max-width: 720px)';

interface Terms {
  readonly rows: readonly ActionRow[];
  readonly at: number;
  readonly older: (() => void) | null;
}

/** Only the rows in sight are in the document. Places are set through the style object, which the page's policy allows. */
export function Rows({ rows, at, older }: Terms): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const changed = (): void => setNarrow(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [narrow]);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (narrow ? HEIGHT.narrow : HEIGHT.wide),
    overscan: 12,
    scrollMargin: top,
    getItemKey: (place) => rows[place]?.index ?? place,
  });
  useEffect(() => virtual.measure(), [narrow, virtual]);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 1) older?.();
  }, [last, rows.length, older]);
  return (
    <div ref={list} className="panel feed" role="list" aria-label="Actions, newest first" style={{ height: virtual.getTotalSize() }}>
      {items.map(({ index, key, start }) => {
        const row = rows[index];
        return row === undefined ? null : <Row key={key} row={row} current={index === at} top={start - top} />;
      })}
    </div>
  );
}

function Row({ row, current, top }: { readonly row: ActionRow; readonly current: boolean; readonly top: number }): ReactNode {
  const reason = row.reasons.find(({ effect }) => effect === row.effect) ?? row.reasons[0];
  return (
    <div role="listitem" className="feed-row" style={{ transform: `translateY(${String(top)}px)` }} data-current={current ? '' : undefined}>
      <Link to={actionPath(row.action, row.agent)} className="feed-link">
        <span className="c-time faint mono">
          <Clock at={row.at} />
        </span>
        <span className="c-effect">
          <EffectTag effect={row.effect} />
        </span>
        <strong className="c-name cut">
          <Shown text={row.name} />
        </strong>
        <span className="c-why quiet cut">{reason === undefined ? null : <Sentence text={reason.message} />}</span>
        <span className="c-agent cut">
          <Shown text={row.agent} />
        </span>
        <span className="c-door faint cut">{DOORS[row.door] ?? row.door}</span>
        <span className="c-risk">{row.risk === 'LOW' ? null : <RiskTag risk={row.risk} />}</span>
      </Link>
    </div>
  );
}
