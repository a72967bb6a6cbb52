// Executions per second: 20 clients, each starting the next when the last has ended.
import { keys } from "../lib/runtime.mjs";
import { post } from "../lib/prepare.mjs";
import { row } from "../lib/row.mjs";

const clients = 20;
const steps = 5;

const contestants = [
  { system: "everstep", placement: "own" },
  { system: "bare", placement: "own" },
  { system: "cloudflare", placement: "own" },
  { system: "everstep", placement: "pooled" },
  { system: "bare", placement: "pooled" },
];

export async function throughput({ runtime, quick, say }) {
  const [rounds, ms] = quick ? [3, 1_500] : [7, 4_000];
  const samples = new Map(contestants.map((contestant) => [contestant, []]));
  for (let round = -1; round < rounds; round++) {
    say(round < 0 ? "throughput: warming up" : `throughput: round ${round + 1} of ${rounds}`);
    // Each round begins with another system, so that none always runs after the same one.
    for (let index = 0; index < contestants.length; index++) {
      const contestant = contestants[(index + round + contestants.length) % contestants.length];
      const done = await runtime.ask({ task: "load", ...contestant, clients, steps, ms: round < 0 ? 1_000 : ms });
      if (round >= 0) samples.get(contestant).push((done.executions / done.ms) * 1000);
    }
  }
  const of = (system, placement) => samples.get(contestants.find((one) => one.system === system && one.placement === placement));
  const measure = `${steps} steps, ${clients} clients`;
  const cloudflare = of("cloudflare", "own");
  return [
    row({ measure, unit: "executions/s", placement: "own", everstep: of("everstep", "own"), bare: of("bare", "own"), cloudflare, better: "higher", target: { bare: 0.9, cloudflare: 4.5 } }),
    row({ measure, unit: "executions/s", placement: "pooled", everstep: of("everstep", "pooled"), bare: of("bare", "pooled"), cloudflare, better: "higher", target: { bare: 0.7, cloudflare: 15 } }),
    await overHttp({ runtime, quick, say, workflow: "steps-own", placement: "own" }),
    await overHttp({ runtime, quick, say, workflow: "steps-pooled", placement: "pooled" }),
  ];
}

/** The whole way of a caller: HTTP, API key, look-up of the workflow; Everstep alone. */
async function overHttp({ runtime, quick, say, workflow, placement }) {
  say(`throughput over HTTP: ${placement}`);
  const everstep = [];
  for (let round = -1; round < (quick ? 1 : 3); round++) {
    const until = performance.now() + (round < 0 ? 500 : quick ? 1_500 : 3_000);
    const began = performance.now();
    let done = 0;
    const client = async () => {
      while (performance.now() < until) {
        const { status } = await post(runtime, `workflows/${workflow}/execute`, keys.apiKey, { input: { steps }, wait: true });
        if (status !== "completed") throw new Error(`an execution over HTTP is ${status}`);
        done++;
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    if (round >= 0) everstep.push((done / (performance.now() - began)) * 1000);
  }
  return row({ measure: `${steps} steps, ${clients} clients, over HTTP with an API key`, unit: "executions/s", placement, everstep, better: "higher" });
}
