// Many schedules of one tenant that are due in the same second: until all of their executions
// are durably begun. Bare: as many executions of one step in pooled objects, begun one after
// another by as many callers.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { post, send, tenantOf } from "../lib/prepare.mjs";
import { row } from "../lib/row.mjs";
import { projectRoot } from "../../tools/server/worker.mjs";

const perWorkflow = 200;
const callers = 16;
/** Until then the deployment is there and the scheduler has read it, ms. */
const leadMs = 25_000;
const patienceMs = 300_000;

export async function schedules({ runtime, quick, say }) {
  const count = quick ? 1_000 : 10_000;
  const { apiKey } = await tenantOf(runtime, `scheduled-${Date.now()}`, "enterprise");
  const due = new Date(Math.ceil((Date.now() + leadMs) / 1_000) * 1_000);
  say(`schedules: deploying ${count} that are due at ${due.toISOString()}`);
  await deploy(runtime, apiKey, count / perWorkflow, due);
  if (Date.now() > due.getTime()) throw new Error("deploying the schedules took too long");
  await new Promise((resolve) => setTimeout(resolve, due.getTime() - Date.now()));
  say("schedules: due");
  const ms = (await allBegun(runtime, apiKey, count)) - due.getTime();
  say("schedules: the same executions in bare objects");
  const bare = await runtime.ask({ task: "load", system: "bare", placement: "pooled", clients: callers, steps: 1, ms: patienceMs, executions: count });
  return [
    row({ measure: `${count} schedules due at once, until all have begun`, unit: "s", placement: "pooled", everstep: [ms / 1_000], bare: [bare.ms / 1_000], better: "lower" }),
    row({ measure: `${count} schedules due at once`, unit: "starts/s", placement: "pooled", everstep: [(count / ms) * 1_000], bare: [(count / bare.ms) * 1_000], better: "higher" }),
  ];
}

async function deploy(runtime, apiKey, workflows, due) {
  const cron = `${due.getUTCSeconds()} ${due.getUTCMinutes()} ${due.getUTCHours()} ${due.getUTCDate()} ${due.getUTCMonth() + 1} *`;
  const folder = mkdtempSync(join(tmpdir(), "everstep-bench-schedules-"));
  try {
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    const source = [
      'import { on, workflow } from "everstep";',
      `const due = Array.from({ length: ${perWorkflow} }, () => on.schedule(${JSON.stringify(cron)}));`,
      ...Array.from({ length: workflows }, (_, n) => `export const w${n} = workflow({ id: "due-${n}", placement: "pooled", on: due }, async ({ step }) => step.do("first", async () => Date.now()));`),
    ].join("\n");
    writeFileSync(join(folder, "due.ts"), source);
    const { bundleForDeploy } = await import("../../sdk/dist/cli/bundle/index.js");
    const { request } = await bundleForDeploy(join(folder, "due.ts"));
    await post(runtime, "deployments", apiKey, request);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When the last one was seen to have begun, ms since the epoch. */
async function allBegun(runtime, apiKey, count) {
  const until = Date.now() + patienceMs;
  for (;;) {
    let begun = 0;
    let cursor = null;
    do {
      const page = await send(runtime, "GET", `workflows?per_page=100${cursor === null ? "" : `&page=${cursor}`}`, apiKey);
      for (const { id, execution_count: executions } of page.workflows) if (id.startsWith("due-")) begun += executions;
      const { page: current, per_page: per, total } = page.pagination;
      cursor = current * per < total ? current + 1 : null;
    } while (cursor !== null);
    if (begun >= count) return Date.now();
    if (Date.now() > until) throw new Error(`only ${begun} of ${count} schedules have begun`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
