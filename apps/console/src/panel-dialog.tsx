import { type ReactNode, useEffect, useRef } from 'react';

interface PanelDialogProps {
  /** Names it to tests and to whoever cannot see its heading: `speech` is `speech-panel`, with the heading `speech-title`. */
  readonly name: string;
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A panel over the page. What is in it is gone with it, and begins anew the next time. */
export function PanelDialog({ name, title, isOpen, onClose, children }: PanelDialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      className="record speech"
      data-testid={`${name}-panel`}
      aria-labelledby={`${name}-title`}
      onClose={onClose}
    >
      <header>
        <h2 id={`${name}-title`}>{title}</h2>
        <button type="button" className="parley-icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" />
          </svg>
        </button>
      </header>
      {isOpen && children}
    </dialog>
  );
}
