import type { ReactNode } from 'react';
import type { Notice } from './notices.ts';

/** What went wrong and what to do about it. Errors are read out at once, the rest when there is a pause. */
export function NoticeBanner(props: {
  readonly notice: Notice;
  readonly onRetry: () => void;
  readonly onDismiss: () => void;
}): ReactNode {
  const { notice } = props;
  return (
    <div
      className="parley-notice"
      data-severity={notice.severity}
      data-code={notice.code}
      data-testid={notice.severity === 'info' ? 'notice' : 'error-banner'}
      role={notice.severity === 'error' ? 'alert' : 'status'}
    >
      <p>{notice.message}</p>
      {notice.remedy === 'retry' && (
        <button type="button" className="parley-button" onClick={props.onRetry}>
          Try again
        </button>
      )}
      <button type="button" className="parley-icon-button" aria-label="Dismiss" onClick={props.onDismiss}>
        <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
          <path d="M5 5l10 10M15 5L5 15" />
        </svg>
      </button>
    </div>
  );
}
