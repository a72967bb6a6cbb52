// An execution of 1,000 journalled steps waits for an event; the process is started anew, so
// that everything comes from disk; the event is sent; the time until the execution has ended.
// The bare object reads the same rows and answers.
import { randomUUID } from "node:crypto";
import { row } from "../lib/row.mjs";

const steps = 1_000;
const systems = [
  { name: "own", system: "everstep", placement: "own" },
  { name: "pooled", system: "everstep", placement: "pooled" },
  { name: "bare", system: "bare", placement: "own" },
  { name: "cloudflare", system: "cloudflare", placement: "own" },
];

/** An id says in its last digit where the execution lives: even for an object of its own. */
function newId(placement) {
  const id = randomUUID();
  const last = Number.parseInt(id.slice(-1), 16);
  return id.slice(0, -1) + (placement === "pooled" ? last | 1 : last & 0xe).toString(16);
}

/** @param {{ restart: () => Promise<object> }} context `restart` gives the new process */
export async function resume({ runtime, restart, quick, say }) {
  const times = quick ? 3 : 9;
  const ids = new Map();
  for (const { name, system, placement } of systems) {
    say(`resuming: ${steps} steps for ${times} executions on ${name === "own" || name === "pooled" ? `everstep, ${name}` : name}`);
    ids.set(name, Array.from({ length: times }, () => newId(placement)));
    await runtime.ask({ task: "prepare-resume", system, placement, ids: ids.get(name), steps });
  }
  say("resuming: in a new process");
  const fresh = await restart();
  const samples = new Map(systems.map(({ name }) => [name, []]));
  for (const { system, placement } of systems) await fresh.ask({ task: "load", system, placement, clients: 4, steps: 5, ms: 1_000 });
  for (let index = 0; index < times; index++) {
    for (const { name, system, placement } of systems) {
      const began = performance.now();
      await fresh.ask({ task: "resume", system, placement, ids: [ids.get(name)[index]] });
      samples.get(name).push(performance.now() - began);
    }
  }
  return ["own", "pooled"].map((placement) =>
    row({ measure: `resume with ${steps} journalled steps`, unit: "ms", placement, everstep: samples.get(placement), bare: samples.get("bare"), cloudflare: samples.get("cloudflare"), better: "lower", target: { overBare: 25 } }),
  );
}
