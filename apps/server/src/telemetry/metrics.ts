import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type LabelValues,
  type MetricDefinition,
  type MetricName,
  metricCatalogue,
} from './metric-catalogue.ts';

/**
 * What every room counts with. Names and labels are those of the catalogue. Calls are cheap (a map look-up), never throw and never
 * block; a room that is given none takes `noMetrics`.
 */
export interface Metrics {
  count<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void;
  /** In the metric's unit: seconds. */
  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, value: number): void;
  /** Read at each scrape; must be cheap. Undefined leaves the series out. What was given before for the same labels is replaced. */
  gauge<N extends GaugeName>(name: N, labels: LabelsOf<N>, read: () => number | undefined): void;
  /** For what counts by itself: its total so far is read at each scrape. */
  total<N extends CounterName>(name: N, labels: LabelsOf<N>, read: () => number): void;
}

/** Counts nothing. */
export const noMetrics: Metrics = { count() {}, observe() {}, gauge() {}, total() {} };

export interface MetricsRegistry extends Metrics {
  /** The text that Prometheus reads. */
  scrape(): Promise<string>;
  readonly contentType: string;
  /** Sum and count of a histogram by one of its labels. */
  sums(
    name: HistogramName,
    label: string,
  ): Promise<ReadonlyMap<string, { readonly sum: number; readonly count: number }>>;
}

/** Where what came after the bound of a label is counted. */
const otherValue = 'other';

/** A registry of one's own: several servers may live in one process (tests). */
export function createMetrics(): MetricsRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const readers = new Map<string, Map<string, { labels: Record<string, string>; read: () => number | undefined }>>();
  const bound = createLabelBound();
  const totals: (() => void)[] = [];
  const definitions: readonly [string, MetricDefinition][] = Object.entries(metricCatalogue);

  for (const [name, { kind, help, labels, buckets }] of definitions) {
    const settings = { name, help, labelNames: Object.keys(labels), registers: [registry] };
    if (kind === 'counter') counters.set(name, new Counter(settings));
    else if (kind === 'histogram') histograms.set(name, new Histogram({ ...settings, buckets: [...(buckets ?? [])] }));
    else {
      const ofGauge = new Map<string, { labels: Record<string, string>; read: () => number | undefined }>();
      readers.set(name, ofGauge);
      new Gauge({
        ...settings,
        collect() {
          this.reset();
          // One without labels starts at zero: what nobody reads is absent rather than nothing.
          if (Object.keys(labels).length === 0) this.remove();
          for (const reader of ofGauge.values()) {
            const value = reader.read();
            if (value !== undefined) this.set(reader.labels, value);
          }
        },
      });
    }
  }
  showAtZero(counters, definitions);

  return {
    contentType: registry.contentType,
    count: (name, labels, by = 1) => counters.get(name)?.inc(bound(name, labels), by),
    observe: (name, labels, value) => histograms.get(name)?.observe(bound(name, labels), Math.max(0, value)),
    gauge: (name, labels, read) => {
      const bounded = bound(name, labels);
      readers.get(name)?.set(JSON.stringify(bounded), { labels: bounded, read });
    },
    total: (name, labels, read) => {
      let counted = 0;
      totals.push(() => {
        const now = read();
        if (now > counted) counters.get(name)?.inc(bound(name, labels), now - counted);
        counted = Math.max(counted, now);
      });
    },
    scrape: () => {
      for (const add of totals) add();
      return registry.metrics();
    },
    sums: async (name, label) => sumsOf(await histograms.get(name)?.get(), label),
  };
}

/** Series whose labels are all listed exist from the start: a rate over a first failure needs the zero before it. */
function showAtZero(counters: ReadonlyMap<string, Counter>, definitions: readonly [string, MetricDefinition][]): void {
  for (const [name, { labels }] of definitions) {
    const counter = counters.get(name);
    if (counter === undefined) continue;
    let combinations: Record<string, string>[] = [{}];
    for (const [label, values] of Object.entries(labels)) {
      if (!isListed(values)) combinations = [];
      else combinations = combinations.flatMap((so) => values.map((value) => ({ ...so, [label]: value })));
    }
    for (const combination of combinations) counter.inc(combination, 0);
  }
}

function isListed(values: LabelValues): values is readonly string[] {
  return Array.isArray(values);
}

/** Keeps a label to its listed values, or to the first so many that came. */
function createLabelBound() {
  const bounds = new Map<MetricName, readonly LabelBound[]>();
  return (name: MetricName, labels: object): Record<string, string> => {
    const known = bounds.get(name) ?? boundsOf(metricCatalogue[name]);
    bounds.set(name, known);
    const bounded: Record<string, string> = {};
    for (const { label, seen, most } of known) {
      const given: unknown = Reflect.get(labels, label);
      const value = typeof given === 'string' ? given : otherValue;
      const isWithin = seen.has(value) || seen.size < most;
      if (isWithin && most > 0) seen.add(value);
      bounded[label] = isWithin ? value : otherValue;
    }
    return bounded;
  };
}

interface LabelBound {
  readonly label: string;
  readonly seen: Set<string>;
  /** 0 where all values are listed. */
  readonly most: number;
}

function boundsOf({ labels }: MetricDefinition): readonly LabelBound[] {
  return Object.entries(labels).map(([label, values]) =>
    isListed(values) ? { label, seen: new Set(values), most: 0 } : { label, seen: new Set(), most: values.most },
  );
}

type HistogramValues = Awaited<ReturnType<Histogram['get']>>;

function sumsOf(metric: HistogramValues | undefined, label: string): Map<string, { sum: number; count: number }> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { metricName, labels, value } of metric?.values ?? []) {
    const own: Readonly<Record<string, string | number | undefined>> = labels;
    const key = String(own[label] ?? '');
    const at = sums.get(key) ?? { sum: 0, count: 0 };
    if (metricName?.endsWith('_sum') === true) at.sum += value;
    else if (metricName?.endsWith('_count') === true) at.count += value;
    else continue;
    sums.set(key, at);
  }
  return sums;
}
