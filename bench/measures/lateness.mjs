// 200 executions sleep two seconds, all at once: how much later than asked the next step runs.
// The bare object's figure is that of its alarm.
import { quantile } from "../lib/stats.mjs";
import { row } from "../lib/row.mjs";

const contestants = [
  { name: "own", system: "everstep", placement: "own" },
  { name: "pooled", system: "everstep", placement: "pooled" },
  { name: "bare", system: "bare", placement: "own" },
  { name: "cloudflare", system: "cloudflare", placement: "own" },
];

export async function lateness({ runtime, quick, say }) {
  const times = quick ? 50 : 200;
  const samples = {};
  for (const { name, system, placement } of contestants) {
    say(`lateness: ${times} sleeps on ${name === "own" || name === "pooled" ? `everstep, ${name}` : name}`);
    samples[name] = (await runtime.ask({ task: "sleep", system, placement, ms: 2_000, times })).samples;
  }
  const shares = { p50: 0.5, p95: 0.95, max: 1 };
  return ["own", "pooled"].flatMap((placement) =>
    Object.entries(shares).map(([name, share]) => {
      const at = (values) => [quantile(values, share)];
      return row({ measure: `lateness of ${times} two-second sleeps, ${name}`, unit: "ms", placement, everstep: at(samples[placement]), bare: at(samples.bare), cloudflare: at(samples.cloudflare), better: "lower", relative: false });
    }),
  );
}
