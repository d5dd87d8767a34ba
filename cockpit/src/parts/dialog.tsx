import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

interface Terms {
  readonly label: string;
  readonly close: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}

/** The browser's own dialog: it keeps the focus, and Esc closes it. */
export function Dialog({ label, close, children, className = '' }: Terms): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={className}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current.close();
      }}
    >
      {children}
    </dialog>
  );
}
