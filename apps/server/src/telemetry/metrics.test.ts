import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  it('exist from the start where all their labels are known, so that a first failure is a rise', async () => {
    const scrape = await createMetrics().scrape();
    expect(scrape).toContain('parley_conversations_failed_total{channel="voice",reason="open"} 0');
    expect(scrape).toContain('parley_barge_ins_total 0');
  });

  it('take no more values of a label than they may: the rest is one', async () => {
    const metrics = createMetrics();
    for (let n = 0; n < 1000; n += 1) metrics.count('parley_agent_errors_total', { agent: `agent-${n}` });
    const series = (await metrics.scrape()).match(/^parley_agent_errors_total\{.*$/gm) ?? [];
    expect(series).toHaveLength(51);
    expect(series).toContain('parley_agent_errors_total{agent="other"} 950');
  });

  it('leave out what nobody reads, and what has no value now', async () => {
    const metrics = createMetrics();
    let isThere = true;
    metrics.gauge('parley_redis_up', {}, () => (isThere ? 1 : undefined));
    expect(await metrics.scrape()).toContain('\nparley_redis_up 1\n');
    isThere = false;
    const scrape = await metrics.scrape();
    expect(scrape).not.toMatch(/^parley_redis_up /m);
    expect(scrape).not.toMatch(/^parley_outbox_lag_seconds /m);
  });

  it('have every duration that was measured, each once, however often they are read', async () => {
    const metrics = createMetrics();
    for (let n = 0; n < 1001; n += 1) metrics.observe('parley_voice_to_voice_seconds', {}, 0.5);
    expect(await metrics.scrape()).toContain('parley_voice_to_voice_seconds_count 1001\n');
    metrics.observe('parley_voice_to_voice_seconds', {}, -1);
    const scrape = await metrics.scrape();
    expect(scrape).toContain('parley_voice_to_voice_seconds_count 1002\n');
    expect(scrape).toContain('parley_voice_to_voice_seconds_sum 500.5\n');
    expect((await metrics.sums('parley_turn_phase_seconds', 'phase')).size).toBe(0);
    metrics.observe('parley_turn_phase_seconds', { phase: 'agent' }, 0.25);
    expect((await metrics.sums('parley_turn_phase_seconds', 'phase')).get('agent')).toEqual({ sum: 0.25, count: 1 });
  });

  it('follow what counts by itself', async () => {
    const metrics = createMetrics();
    let frames = 3;
    metrics.total('parley_audio_frames_total', { direction: 'out' }, () => frames);
    expect(await metrics.scrape()).toContain('parley_audio_frames_total{direction="out"} 3');
    frames = 10;
    expect(await metrics.scrape()).toContain('parley_audio_frames_total{direction="out"} 10');
  });
});
