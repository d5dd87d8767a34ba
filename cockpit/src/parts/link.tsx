import type { MouseEvent, ReactNode } from 'react';
import { go } from '../state/url.ts';

interface Terms {
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly current?: boolean;
  readonly onGo?: () => void;
}

/** A link within the page; with a modifier key it is the browser's own. */
export function Link({ to, children, className, current, onGo }: Terms): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onGo?.();
    go(to);
  };
  return (
    <a href={to} className={className} aria-current={current === true ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
