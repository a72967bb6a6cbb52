// What a tenant that floods costs its neighbour: ms from asking for a single start to its end,
// while another tenant sends a thousand starts, against the same on the same process at rest.
import { post, tenantOf } from "../lib/prepare.mjs";
import { row } from "../lib/row.mjs";
import { quantile } from "../lib/stats.mjs";

const starts = 1_000;
const connections = 50;

export async function fairness({ runtime, quick, say }) {
  const rounds = quick ? 2 : 7;
  const stamp = Date.now();
  const neighbour = await tenantOf(runtime, `neighbour-${stamp}`, "enterprise");
  const flooding = await tenantOf(runtime, `flooding-${stamp}`, "enterprise");
  const quiet = { p50: [], p95: [] };
  const during = { p50: [], p95: [] };
  for (let round = -1; round < rounds; round++) {
    say(round < 0 ? "a flood: warming up" : `a flood of ${starts} starts: round ${round + 1} of ${rounds}`);
    const alone = await samplesOf(runtime, neighbour, { count: 30 });
    let over = false;
    const flood = floodOf(runtime, flooding).finally(() => (over = true));
    const beside = await samplesOf(runtime, neighbour, { until: () => over });
    await flood;
    if (round < 0) continue;
    for (const [name, share] of [["p50", 0.5], ["p95", 0.95]]) {
      quiet[name].push(quantile(alone, share));
      during[name].push(quantile(beside, share));
    }
  }
  return ["p50", "p95"].map((name) => row({ measure: `one start while another tenant sends ${starts}; bare: at rest`, unit: `${name} ms`, placement: "own", everstep: during[name], bare: quiet[name], better: "lower" }));
}

async function samplesOf(runtime, { apiKey }, { count = Number.POSITIVE_INFINITY, until = () => false }) {
  const samples = [];
  while (samples.length < count && (samples.length === 0 || !until())) {
    const began = performance.now();
    await post(runtime, "workflows/steps-own/execute", apiKey, { input: { steps: 1 }, wait: true });
    samples.push(performance.now() - began);
  }
  return samples;
}

async function floodOf(runtime, { apiKey }) {
  let sent = 0;
  const client = async () => {
    while (sent < starts) {
      sent++;
      await post(runtime, "workflows/steps-own/execute", apiKey, { input: { steps: 5 } }).catch((error) => {
        // What is too much at once is refused: that is part of it.
        if (!String(error).includes("429")) throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
}
