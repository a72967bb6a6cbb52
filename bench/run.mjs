// `npm run bench`: the same workflow on Everstep, on a bare Durable Object and on Cloudflare
// Workflows' local engine, all in one runtime process. Writes bench/results.json.
//
// --quick        about a minute, for a first look; writes nothing
// --only a,b     of: throughput, steps, auth, fairness, starts, schedules, sockets, lateness, resume, crm, graph, memory; writes nothing
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine } from "./lib/machine.mjs";
import { prepare } from "./lib/prepare.mjs";
import { bundleWorker, startRuntime } from "./lib/runtime.mjs";
import { table } from "./lib/table.mjs";
import { graph } from "./graph/measure.mjs";
import { auth } from "./measures/auth.mjs";
import { crm } from "./measures/crm.mjs";
import { fairness } from "./measures/fairness.mjs";
import { lateness } from "./measures/lateness.mjs";
import { memory } from "./measures/memory.mjs";
import { schedules } from "./measures/schedules.mjs";
import { sockets } from "./measures/sockets.mjs";
import { starts } from "./measures/starts.mjs";
import { resume } from "./measures/resume.mjs";
import { sequentialSteps } from "./measures/steps.mjs";
import { throughput } from "./measures/throughput.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const measures = { throughput, steps: sequentialSteps, auth, fairness, starts, schedules, sockets, lateness, resume, crm, graph, memory };
const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } });
const asked = options.only ? options.only.split(",") : Object.keys(measures);
for (const name of asked) if (!(name in measures)) throw new Error(`there is no measure "${name}"; there are ${Object.keys(measures).join(", ")}`);
// In their own order: memory is last, with processes of its own.
const chosen = Object.keys(measures).filter((name) => asked.includes(name));

const began = Date.now();
const root = mkdtempSync(join(tmpdir(), "everstep-bench-"));
const running = new Set();
const say = (text) => process.stderr.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${text}\n`);

try {
  const about = machine();
  // The graph needs no platform.
  const platform = chosen.some((name) => name !== "graph");
  const script = platform ? await bundleWorker() : null;
  let data = 0;
  const start = async (folder, own) => {
    const runtime = await startRuntime({ script, folder, own });
    const started = { ...runtime, stop: () => (running.delete(started), runtime.stop()) };
    running.add(started);
    return started;
  };
  const fresh = async () => {
    const runtime = await start(join(root, `data-${data++}`));
    await prepare(runtime);
    return runtime;
  };
  const rows = [];
  const shared = join(root, "shared");
  let runtime = platform ? await start(shared) : null;
  if (runtime) await prepare(runtime);
  const restart = async () => {
    await runtime.stop();
    return (runtime = await start(shared));
  };
  for (const name of chosen) {
    if (name === "memory") await runtime.stop();
    rows.push(...(await measures[name]({ runtime, quick: options.quick, say, restart, fresh, start, root })));
  }
  console.log(`\n${table(rows)}\n`);
  console.log(Object.entries(about).map(([name, value]) => `${name.replaceAll("_", " ")}: ${value}`).join(" · "));
  if (!options.quick && !options.only) {
    writeFileSync(join(here, "results.json"), `${JSON.stringify(rows, null, 2)}\n`);
    writeFileSync(join(here, "machine.json"), `${JSON.stringify({ ...about, seconds: Math.round((Date.now() - began) / 1000) }, null, 2)}\n`);
  }
  if (rows.some((row) => row.met === false)) process.exitCode = 1;
} finally {
  for (const runtime of running) await runtime.stop();
  rmSync(root, { recursive: true, force: true });
}
