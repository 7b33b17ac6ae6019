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

/** Some seconds of a busy server; told at once they take a tenth of a millisecond. */
const mostUntold = 200;

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
  /** Told to the library when somebody reads: it looks at every label each time. */
  const counts = new Map<LabelSet, { readonly counter: Counter; sum: number }>();
  /** Likewise, or when there are many. */
  const observed = new Map<LabelSet, { readonly histogram: Histogram; readonly values: number[] }>();
  const tell = (
    labels: LabelSet,
    { histogram, values }: { readonly histogram: Histogram; readonly values: number[] },
  ) => {
    for (const value of values) histogram.observe(labels, value);
    values.length = 0;
  };
  const tellAll = () => {
    for (const [labels, one] of observed) tell(labels, one);
  };
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
    count: (name, labels, by = 1) => {
      const set = bound(name, labels);
      const known = counts.get(set);
      if (known !== undefined) {
        known.sum += by;
        return;
      }
      const counter = counters.get(name);
      if (counter !== undefined) counts.set(set, { counter, sum: by });
    },
    observe: (name, labels, value) => {
      const set = bound(name, labels);
      let known = observed.get(set);
      if (known === undefined) {
        const histogram = histograms.get(name);
        if (histogram === undefined) return;
        known = { histogram, values: [] };
        observed.set(set, known);
      }
      known.values.push(Math.max(0, value));
      if (known.values.length >= mostUntold) tell(set, known);
    },
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
      for (const [labels, one] of counts) {
        one.counter.inc(labels, one.sum);
        one.sum = 0;
      }
      tellAll();
      return registry.metrics();
    },
    sums: async (name, label) => {
      tellAll();
      return sumsOf(await histograms.get(name)?.get(), label);
    },
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

/** The labels of one series. */
type LabelSet = Record<string, string>;

/** Keeps a label to its listed values, or to the first so many that came. The same labels are the same object each time. */
function createLabelBound() {
  const bounds = new Map<
    MetricName,
    { readonly labels: readonly LabelBound[]; readonly sets: Map<string, LabelSet> }
  >();
  return (name: MetricName, given: object): LabelSet => {
    let known = bounds.get(name);
    if (known === undefined) {
      known = { labels: boundsOf(metricCatalogue[name]), sets: new Map() };
      bounds.set(name, known);
    }
    const met = known.sets.get(keyOf(known.labels, given));
    if (met !== undefined) return met;
    const values = known.labels.map(({ label, seen, most }) => {
      const told: unknown = Reflect.get(given, label);
      const value = typeof told === 'string' ? told : otherValue;
      const isWithin = seen.has(value) || seen.size < most;
      if (isWithin && most > 0) seen.add(value);
      return isWithin ? value : otherValue;
    });
    const key = values.join('\0');
    const set = known.sets.get(key) ?? Object.fromEntries(known.labels.map(({ label }, n) => [label, values[n] ?? '']));
    known.sets.set(key, set);
    return set;
  };
}

/** Of what is within bounds it is the key of its set. */
function keyOf(labels: readonly LabelBound[], given: object): string {
  let key = '';
  for (let n = 0; n < labels.length; n += 1) {
    const told: unknown = Reflect.get(given, labels[n]?.label ?? '');
    if (n > 0) key += '\0';
    key += typeof told === 'string' ? told : otherValue;
  }
  return key;
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
