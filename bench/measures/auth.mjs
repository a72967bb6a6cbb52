// Who is calling, and may they: requests per second and the slowest twentieth of a read and a
// write, against the same verbs behind a route that asks nobody; and what one question costs.
import { keys } from "../lib/runtime.mjs";
import { post } from "../lib/prepare.mjs";
import { row } from "../lib/row.mjs";
import { quantile } from "../lib/stats.mjs";

const clients = 8;
const questions = 2_000_000;

export async function auth({ runtime, quick, say }) {
  const [rounds, ms] = quick ? [2, 800] : [7, 2_000];
  const { variable, token } = await prepare(runtime);
  const bearers = { "an API key": keys.apiKey, "an access token": token };
  const rows = [];
  for (const verb of ["read", "write"]) {
    const samples = new Map(["open", ...Object.keys(bearers)].map((name) => [name, { rate: [], p95: [] }]));
    for (let round = -1; round < rounds; round++) {
      say(round < 0 ? `authorised ${verb}: warming up` : `authorised ${verb}: round ${round + 1} of ${rounds}`);
      const names = [...samples.keys()];
      for (let index = 0; index < names.length; index++) {
        const name = names[(index + round + names.length) % names.length];
        const door = name === "open" ? "open" : "guarded";
        const answer = await runtime.ask({ task: "knock", tenant: "bench", door, bearer: bearers[name] ?? "", verb, variable, clients, ms: round < 0 ? 500 : ms });
        if (round < 0) continue;
        samples.get(name).rate.push((answer.samples.length / answer.ms) * 1000);
        samples.get(name).p95.push(quantile(answer.samples, 0.95));
      }
    }
    const open = samples.get("open");
    for (const name of Object.keys(bearers)) {
      const guarded = samples.get(name);
      const measure = `${verb} with ${name}, ${clients} clients`;
      rows.push(row({ measure, unit: "requests/s", placement: null, everstep: guarded.rate, bare: open.rate, better: "higher" }));
      rows.push(row({ measure, unit: "p95 ms", placement: null, everstep: guarded.p95, bare: open.p95, better: "lower" }));
    }
  }
  return [...rows, await ofCan(runtime, quick, say)];
}

async function ofCan(runtime, quick, say) {
  say("can()");
  const everstep = [];
  for (let round = -1; round < (quick ? 2 : 7); round++) {
    const { ms } = await runtime.ask({ task: "can", times: questions });
    if (round >= 0) everstep.push((ms / questions) * 1e6);
  }
  return row({ measure: "can(actor, permission, record)", unit: "ns", placement: null, everstep, better: "lower" });
}

/** Something to read and write, and somebody who is signed in. */
async function prepare(runtime) {
  const password = `bench ${keys.masterKey}`;
  const email = "bench@example.com";
  const { id } = await post(runtime, "operator/tenants", keys.operatorKey, { slug: "bench", name: "Bench", api_key: keys.apiKey, plan: "enterprise" });
  await post(runtime, `operator/tenants/${id}/people`, keys.operatorKey, { email, name: "Bench", role: "admin", password });
  const { access_token: token } = await post(runtime, "auth/login", null, { email, password, tenant: "bench" });
  let variable;
  for (let index = 0; index < 10; index++) {
    const made = await post(runtime, "variables", keys.apiKey, { name: `BENCH_${index}_${Date.now()}`, type: "string", value: "value" });
    variable = made.id;
  }
  return { variable, token };
}
