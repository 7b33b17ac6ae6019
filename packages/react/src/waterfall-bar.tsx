import type { WaterfallView } from '@parley/contract/turn.ts';
import type { ReactNode } from 'react';
import { durationText, segmentsOf, totalOf, waterfallStages } from './waterfall.ts';

/**
 * Where the milliseconds of a turn went: a bar of coloured stages that opens into figures. `scaleMs` is the time that
 * fills the width, so that the turns of a conversation can be compared. Nothing when nothing was measured.
 */
export function WaterfallBar(props: {
  readonly turnNumber: number;
  readonly waterfall: WaterfallView;
  readonly scaleMs: number;
}): ReactNode {
  const total = totalOf(props.waterfall);
  if (total === undefined) return null;
  const segments = segmentsOf(props.waterfall);
  const widthOf = (durationMs: number): string => `${(100 * durationMs) / Math.max(props.scaleMs, 1)}%`;
  const totalLabel = total.isVoiceToVoice ? 'voice to voice' : 'to first words';
  return (
    <details className="parley-waterfall" data-testid="waterfall" data-total-ms={Math.round(total.totalMs)}>
      <summary>
        <span className="parley-hidden">
          {`Response time of turn ${props.turnNumber}: ${durationText(total.totalMs)} ${totalLabel}. Show stages.`}
        </span>
        <span className="parley-waterfall-bar" aria-hidden="true">
          {segments.map((segment) => (
            <span
              key={segment.stage}
              className="parley-waterfall-segment"
              data-stage={segment.stage}
              title={`${segment.label} ${durationText(segment.durationMs)}`}
              style={{ width: widthOf(segment.durationMs) }}
            />
          ))}
        </span>
        <span className="parley-waterfall-total" aria-hidden="true">
          {durationText(total.totalMs)}
        </span>
      </summary>
      <dl className="parley-waterfall-stages">
        {segments.map((segment) => (
          <div key={segment.stage}>
            <dt>
              <span className="parley-swatch" data-stage={segment.stage} aria-hidden="true" />
              {segment.label}
            </dt>
            <dd>{durationText(segment.durationMs)}</dd>
          </div>
        ))}
        <div className="parley-waterfall-sum">
          <dt>{total.isVoiceToVoice ? 'Voice to voice' : 'To first words'}</dt>
          <dd>{durationText(total.totalMs)}</dd>
        </div>
      </dl>
    </details>
  );
}

/** What the colours of the bars mean. */
export function WaterfallLegend(): ReactNode {
  return (
    <ul className="parley-legend" data-testid="waterfall-legend" aria-label="Stages of the response time">
      {waterfallStages.map(({ stage, label }) => (
        <li key={stage}>
          <span className="parley-swatch" data-stage={stage} aria-hidden="true" />
          {label}
        </li>
      ))}
    </ul>
  );
}
