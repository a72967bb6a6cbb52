// How long one execution of many steps takes, from its start until its end is durable.
import { row } from "../lib/row.mjs";

const contestants = [
  { system: "everstep", placement: "own" },
  { system: "bare", placement: "own" },
  { system: "cloudflare", placement: "own" },
  { system: "everstep", placement: "pooled" },
  { system: "bare", placement: "pooled" },
];

export async function sequentialSteps({ runtime, quick, say }) {
  const rows = [];
  for (const steps of [100, 1_000]) {
    say(`${steps} steps one after another`);
    const samples = new Map(contestants.map((contestant) => [contestant, []]));
    const rounds = quick ? 3 : 7;
    for (let round = -1; round < rounds; round++) {
      for (const contestant of contestants) {
        // Several at a time: the clock of the runtime counts whole ms.
        const times = contestant.system === "cloudflare" ? 1 : round < 0 ? 3 : 8;
        const began = performance.now();
        await runtime.ask({ task: "single", ...contestant, steps, times });
        if (round >= 0) samples.get(contestant).push((performance.now() - began) / times);
      }
    }
    const of = (system, placement) => samples.get(contestants.find((one) => one.system === system && one.placement === placement));
    for (const placement of ["own", "pooled"]) {
      const target = steps === 1_000 ? { bare: 1.5, cloudflare: 1 / 80 } : undefined;
      rows.push(row({ measure: `${steps} sequential steps`, unit: "ms", placement, everstep: of("everstep", placement), bare: of("bare", placement), cloudflare: of("cloudflare", "own"), better: "lower", target }));
    }
  }
  return rows;
}
