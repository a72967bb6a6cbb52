// Resident memory of a fresh process after so many executions. The runtime keeps an object
// in memory for ten to twenty seconds after its last call, so memory first grows with the
// rate and then has to stop growing: between the last two marks it may hardly change.
import { row } from "../lib/row.mjs";

const contestants = [
  { name: "own", system: "everstep", placement: "own", share: 1 },
  { name: "pooled", system: "everstep", placement: "pooled", share: 1 },
  { name: "bare-own", system: "bare", placement: "own", share: 1 },
  { name: "bare-pooled", system: "bare", placement: "pooled", share: 1 },
  { name: "cloudflare", system: "cloudflare", placement: "own", share: 0.1 },
];

/** How much the last quarter may add and still count as standstill. */
const standstill = 1.1;

/** @param {{ fresh: () => Promise<object> }} context `fresh` gives a new process without any data */
export async function memory({ fresh, quick, say }) {
  const marks = quick ? [200, 500, 1_000] : [1_000, 2_500, 5_000, 7_500, 10_000];
  const readings = {};
  for (const { name, system, placement, share } of contestants) {
    if (quick && system === "bare") continue;
    say(`memory: ${marks.at(-1) * share} executions on ${name}`);
    const runtime = await fresh();
    if (runtime.rss() === null) return [];
    readings[name] = [];
    let done = 0;
    for (const mark of marks) {
      // Cloudflare's engine is slow: it is asked for the first mark alone, the rest stays empty.
      if (share < 1 && mark > marks[0] && mark > marks.at(-1) * share) break;
      done += (await runtime.ask({ task: "load", system, placement, clients: 20, steps: 5, ms: 120_000, executions: mark - done })).executions;
      readings[name].push(runtime.rss());
    }
    await runtime.stop();
  }
  return ["own", "pooled"].flatMap((placement) =>
    marks.map((mark, index) => {
      const at = (values) => (values?.[index] === undefined ? null : [values[index]]);
      const everstep = at(readings[placement]);
      const result = row({ measure: `memory after ${mark} executions`, unit: "MiB", placement, everstep, bare: at(readings[`bare-${placement}`]), cloudflare: at(readings.cloudflare), better: "lower", relative: false });
      if (index < marks.length - 1 || quick) return result;
      const before = readings[placement][index - 1];
      return { ...result, target: `at most ${standstill} × that after ${marks[index - 1]}`, met: everstep[0] <= before * standstill };
    }),
  );
}
