import { describe, expect, it } from "vitest";
import { Counter, exposition, Gauge, Histogram } from "./metrics.ts";

describe("the text format", () => {
  it("escapes labels and help", () => {
    const counter = new Counter("c_total", "Back\\slash\nand line", ["what"]);
    counter.add(['a "quoted" \\ thing\n']);
    expect(exposition([counter])).toBe('# HELP c_total Back\\\\slash\\nand line\n# TYPE c_total counter\nc_total{what="a \\"quoted\\" \\\\ thing\\n"} 1\n');
  });

  it("adds up buckets, and has +Inf, sum and count", () => {
    const histogram = new Histogram("h", "H", [0.1, 1], ["route"]);
    for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(value, ["/"]);
    expect(exposition([histogram])).toBe('# HELP h H\n# TYPE h histogram\nh_bucket{route="/",le="0.1"} 2\nh_bucket{route="/",le="1"} 3\nh_bucket{route="/",le="+Inf"} 4\nh_sum{route="/"} 3.65\nh_count{route="/"} 4\n');
  });

  it("shows a counter without labels from the start, and gauges as they are", () => {
    const gauge = new Gauge("g", "G");
    gauge.set(2);
    gauge.set(-1);
    expect(exposition([new Counter("n_total", "N"), gauge])).toBe("# HELP n_total N\n# TYPE n_total counter\nn_total 0\n# HELP g G\n# TYPE g gauge\ng -1\n");
  });

  it("has no more than a thousand series of a family, whatever it is given", () => {
    const counter = new Counter("c_total", "C", ["id"]);
    for (let number = 0; number < 5_000; number++) counter.add([String(number)]);
    const lines = exposition([counter]).split("\n").filter((line) => line.startsWith("c_total"));
    expect(lines).toHaveLength(1_001);
    expect(lines.at(-1)).toBe('c_total{id="other"} 4000');
  });
});
