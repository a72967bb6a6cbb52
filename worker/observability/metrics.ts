/**
 * Counters, gauges and histograms, and their text format (Prometheus exposition 0.0.4). They
 * count what this isolate does, from its start on: see docs/observability.md.
 * @module
 */

/** Label values in the order of the family's names. */
type Labels = readonly string[];

/** Of one family; what comes beyond is counted together. */
const mostSeries = 1_000;
const overflow = "other";

abstract class Family<V> {
  readonly name: string;
  readonly #help: string;
  readonly #type: string;
  readonly #labels: readonly string[];
  readonly #series = new Map<string, { labels: Labels; value: V }>();

  constructor(type: string, name: string, help: string, labels: readonly string[]) {
    this.#type = type;
    this.name = name;
    this.#help = help;
    this.#labels = labels;
  }

  protected abstract fresh(): V;
  protected abstract lines(labels: string, value: V): string[];

  protected at(labels: Labels): { value: V } {
    const key = labels.join("\u0000");
    const known = this.#series.get(key);
    if (known) return known;
    const names = this.#series.size < mostSeries ? labels : labels.map(() => overflow);
    const place = names.join("\u0000");
    const made = this.#series.get(place) ?? { labels: names, value: this.fresh() };
    this.#series.set(place, made);
    return made;
  }

  text(): string {
    const series = [...this.#series.values()].flatMap(({ labels, value }) => this.lines(labels.map((text, index) => `${this.#labels[index]}="${escaped(text)}"`).join(","), value));
    return [`# HELP ${this.name} ${this.#help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${this.name} ${this.#type}`, ...series].join("\n");
  }

  reset(): void {
    this.#series.clear();
  }
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

const sample = (name: string, labels: string, value: number): string => `${name}${labels === "" ? "" : `{${labels}}`} ${value}`;

export class Counter extends Family<number> {
  constructor(name: string, help: string, labels: readonly string[] = []) {
    super("counter", name, help, labels);
    if (labels.length === 0) this.add([], 0);
  }

  protected fresh(): number {
    return 0;
  }

  protected lines(labels: string, value: number): string[] {
    return [sample(this.name, labels, value)];
  }

  add(labels: Labels = [], by = 1): void {
    this.at(labels).value += by;
  }
}

export class Gauge extends Family<number> {
  constructor(name: string, help: string, labels: readonly string[] = []) {
    super("gauge", name, help, labels);
  }

  protected fresh(): number {
    return 0;
  }

  protected lines(labels: string, value: number): string[] {
    return [sample(this.name, labels, value)];
  }

  set(value: number, labels: Labels = []): void {
    this.at(labels).value = value;
  }
}

interface Spread {
  /** By bucket, each with what is in the smaller ones left out. */
  counts: number[];
  sum: number;
  count: number;
}

export class Histogram extends Family<Spread> {
  readonly #bounds: readonly number[];

  constructor(name: string, help: string, bounds: readonly number[], labels: readonly string[] = []) {
    super("histogram", name, help, labels);
    this.#bounds = bounds;
  }

  protected fresh(): Spread {
    return { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
  }

  protected lines(labels: string, { counts, sum, count }: Spread): string[] {
    let below = 0;
    const comma = labels === "" ? "" : ",";
    const buckets = this.#bounds.map((bound, index) => sample(`${this.name}_bucket`, `${labels}${comma}le="${bound}"`, (below += counts[index] ?? 0)));
    return [...buckets, sample(`${this.name}_bucket`, `${labels}${comma}le="+Inf"`, count), sample(`${this.name}_sum`, labels, sum), sample(`${this.name}_count`, labels, count)];
  }

  observe(value: number, labels: Labels = []): void {
    const spread = this.at(labels).value;
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) spread.counts[bucket] = (spread.counts[bucket] ?? 0) + 1;
    spread.sum += value;
    spread.count++;
  }
}

/** All families as one text; it ends with a line feed, as the format asks. */
export function exposition(families: readonly { text(): string }[]): string {
  return `${families.map((family) => family.text()).join("\n")}\n`;
}
