import { useEffect, useState } from 'react';
import { useKeys } from '../state/keys.ts';
import { mayDecide } from '../state/roles.ts';
import type { Approval, Login } from '../state/shapes.ts';
import { actionPath, go, usePlace, withQuery } from '../state/url.ts';
import { useDeciding } from './use-deciding.ts';
import type { Deciding } from './use-deciding.ts';
import { ranked, useWaiting } from './use-waiting.ts';

/** What the page of approvals shows and does. */
export interface Desk {
  readonly waiting: ReturnType<typeof useWaiting>;
  readonly deciding: Deciding;
  readonly queue: readonly Approval[];
  readonly current: Approval | null;
  /** The one the address names. */
  readonly asked: string | null;
  /** All of the payload was on the screen. */
  readonly whole: boolean;
  readonly refusing: boolean;
  readonly see: () => void;
  readonly select: (approval: Approval | undefined) => void;
  readonly grant: () => void;
  readonly beginRefusal: () => void;
  readonly cancelRefusal: () => void;
  readonly refuse: (reason: string) => void;
}

const OVER: ReadonlySet<string> = new Set(['deciding', 'granted', 'refused']);

export function useDesk(login: Login): Desk {
  const waiting = useWaiting();
  const deciding = useDeciding();
  const [refusing, setRefusing] = useState<string | null>(null);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const queue = ranked(waiting.data?.approvals ?? []);
  const { current, asked, hold } = useCurrent(queue);
  const mayAnswer = current !== null && queue.includes(current) && mayDecide(login) && !OVER.has(deciding.outcomes.get(current.approval)?.kind ?? '');
  const whole = current !== null && seen.has(current.digest);
  const select = (approval: Approval | undefined): void => {
    if (approval === undefined) return;
    setRefusing(null);
    hold(approval, asked === null ? 'push' : 'replace');
  };
  const answer = (give: (approval: Approval) => void): void => {
    if (current === null) return;
    setRefusing(null);
    hold(current, 'replace');
    give(current);
  };
  const grant = (): void => {
    if (!mayAnswer) return;
    // Locked: the arguments take the focus, so that the next key scrolls them.
    if (whole) answer(deciding.grant);
    else document.querySelector<HTMLElement>('[data-payload]')?.focus();
  };
  const beginRefusal = (): void => {
    if (mayAnswer) setRefusing(current.approval);
  };
  useDeskKeys({ queue, current, select, grant, beginRefusal });
  return {
    waiting,
    deciding,
    queue,
    current,
    asked,
    whole,
    refusing: current !== null && refusing === current.approval,
    see: () => (current === null || seen.has(current.digest) ? undefined : setSeen(new Set(seen).add(current.digest))),
    select,
    grant,
    beginRefusal,
    cancelRefusal: () => setRefusing(null),
    refuse: (reason) => answer((approval) => deciding.refuse(approval, reason)),
  };
}

interface Current {
  readonly current: Approval | null;
  readonly asked: string | null;
  readonly hold: (approval: Approval, how: 'push' | 'replace') => void;
}

/**
 * The request that is open: the one the address names, else the first. It stays when another one comes or somebody else decides it, so that a
 * key never answers what was not read.
 */
function useCurrent(queue: readonly Approval[]): Current {
  const { query } = usePlace();
  const [shown, setShown] = useState<Approval | null>(null);
  const asked = query.get('open');
  const still = shown !== null && (asked === null || shown.approval === asked) ? shown : null;
  const current = queue.find(({ approval }) => approval === (asked ?? still?.approval)) ?? still ?? queue[0] ?? null;
  useEffect(() => {
    if (current !== null) setShown(current);
  }, [current]);
  return {
    current,
    asked,
    hold: (approval, how) => {
      setShown(approval);
      go(withQuery({ open: approval.approval }), how);
    },
  };
}

function useDeskKeys({ queue, current, select, grant, beginRefusal }: Pick<Desk, 'queue' | 'current' | 'select' | 'grant' | 'beginRefusal'>): void {
  const step = (by: number): void => {
    const at = queue.findIndex(({ approval }) => approval === current?.approval);
    select(queue[at === -1 ? 0 : Math.min(queue.length - 1, Math.max(0, at + by))]);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    a: grant,
    x: beginRefusal,
    b: beginRefusal,
    Enter: () => (current === null ? undefined : go(actionPath(current.action, current.agent))),
    Escape: () => go(withQuery({ open: '' })),
  });
}
