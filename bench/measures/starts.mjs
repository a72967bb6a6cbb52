// What starts from outside: a signed webhook until it is durably accepted, and an event until
// the first step of the workflow it starts; beside each the same Worker doing what cannot be
// avoided (bench/worker/unavoidable.ts).
import { createHmac, randomUUID } from "node:crypto";
import { keys } from "../lib/runtime.mjs";
import { post, send } from "../lib/prepare.mjs";
import { row } from "../lib/row.mjs";
import { quantile } from "../lib/stats.mjs";

const clients = 50;
const secret = "bench-hook-secret";
const payload = JSON.stringify({ ref: "refs/heads/main", commits: Array.from({ length: 3 }, (_, n) => ({ id: randomUUID(), message: `change ${n}` })) });

export async function starts({ runtime, quick, say }) {
  return [...(await webhooks({ runtime, quick, say })), ...(await events({ runtime, quick, say }))];
}

async function webhooks({ runtime, quick, say }) {
  await send(runtime, "PUT", "hooks/bench", keys.apiKey, { scheme: "github", secret });
  const [rounds, ms] = quick ? [2, 1_500] : [7, 3_000];
  const contestants = { everstep: "/hooks/bench/bench", bare: "/bench/hook" };
  const samples = new Map(Object.keys(contestants).map((name) => [name, { p50: [], p95: [], rate: [] }]));
  for (let round = -1; round < rounds; round++) {
    say(round < 0 ? "webhooks: warming up" : `webhooks: round ${round + 1} of ${rounds}`);
    for (const [name, path] of Object.entries(contestants)) {
      const { times, seconds } = await deliverFor(runtime, path, round < 0 ? 800 : ms);
      if (round < 0) continue;
      const of = samples.get(name);
      of.p50.push(quantile(times, 0.5));
      of.p95.push(quantile(times, 0.95));
      of.rate.push(times.length / seconds);
    }
  }
  const [everstep, bare] = [samples.get("everstep"), samples.get("bare")];
  const measure = `webhook accepted, ${clients} clients`;
  return [
    row({ measure, unit: "p50 ms", placement: "own", everstep: everstep.p50, bare: bare.p50, better: "lower" }),
    row({ measure, unit: "p95 ms", placement: "own", everstep: everstep.p95, bare: bare.p95, better: "lower" }),
    row({ measure, unit: "deliveries/s", placement: "own", everstep: everstep.rate, bare: bare.rate, better: "higher" }),
  ];
}

async function deliverFor(runtime, path, ms) {
  const signature = `sha256=${createHmac("sha256", secret).update(payload).digest("hex")}`;
  const times = [];
  const began = performance.now();
  const client = async () => {
    while (performance.now() - began < ms) {
      const since = performance.now();
      const reply = await fetch(runtime.url + path, { method: "POST", headers: { "content-type": "application/json", "x-github-event": "push", "x-github-delivery": randomUUID(), "x-hub-signature-256": signature }, body: payload });
      const text = await reply.text();
      if (reply.status !== 202) throw new Error(`${path} answered ${reply.status}: ${text.slice(0, 300)}`);
      times.push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { times, seconds: (performance.now() - began) / 1000 };
}

async function events({ runtime, quick, say }) {
  say("events until their first step");
  const count = quick ? 20 : 100;
  const everstep = [];
  const bare = [];
  for (let n = -5; n < count; n++) {
    const began = Date.now();
    const { id } = await post(runtime, "events", keys.apiKey, { type: "bench.happened", data: { n } });
    const at = await firstStepOf(runtime, id);
    const since = Date.now();
    const reply = await fetch(`${runtime.url}/bench/event`, { method: "POST", body: JSON.stringify({ n }) });
    const other = await reply.json();
    if (n < 0) continue;
    everstep.push(at - began);
    bare.push(other.at - since);
  }
  const pick = (samples, share) => [quantile(samples, share)];
  return [0.5, 0.95].map((share) => row({ measure: "event until its first step", unit: `p${share * 100} ms`, placement: "own", everstep: pick(everstep, share), bare: pick(bare, share), better: "lower" }));
}

/** When the first step of the execution that an event started ran. */
async function firstStepOf(runtime, eventId) {
  for (let left = 1_000; left > 0; left--) {
    const event = await send(runtime, "GET", `events/${eventId}`, keys.apiKey);
    const [started] = event.starts.filter(({ execution_id: id }) => id !== null);
    if (started) {
      const { output } = await send(runtime, "GET", `executions/${started.execution_id}?wait=5000`, keys.apiKey);
      return output.at;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the event ${eventId} started nothing`);
}
