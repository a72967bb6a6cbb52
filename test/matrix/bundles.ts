/**
 * Bundles to deploy, written as what bundling makes of workflows.
 * @module
 */
import type { DeploymentRequest } from "../../sdk/schema/manifest.ts";

export type BundleText = Pick<DeploymentRequest, "main" | "modules" | "sources" | "message">;

const head = 'const tag = Symbol.for("everstep.workflow");\nconst workflow = (options, handler) => ({ [tag]: 1, id: options.id, options, handler });\n';

function bundle(code: string, message: string): BundleText {
  return { main: "main.js", modules: { "main.js": head + code }, sources: { "workflows/main.ts": `import { workflow } from "everstep";\n${code}` }, message };
}

/** `waiting`, which waits for the approval `sign` and begins each year, and as many as wanted with one step. */
export function trivial(spares: number): BundleText {
  const nothing = Array.from({ length: spares }, (_, index) => `export const spare${index} = workflow({ id: "spare-${index}" }, async ({ step }) => step.do("say", async () => null));`);
  return bundle(['export const waiting = workflow({ id: "waiting", on: [{ kind: "api" }, { kind: "schedule", cron: "0 0 1 1 *", timezone: "UTC" }] }, async ({ step }) => step.approval("sign", { title: "Sign" }));', ...nothing].join("\n"), "trivial");
}

/** Everything an execution shows holds the mark: titles, results, errors, logs, what it waits for. */
export function marked(mark: string): BundleText {
  const code = `
export const finishing = workflow({ id: "finishing", title: "Finishing ${mark}", description: "Says ${mark}", on: [{ kind: "api" }, { kind: "webhook", path: "marked", scheme: "none" }] }, async ({ input, step }) => {
  console.log("log ${mark}");
  const said = await step.do("say ${mark}", async () => "result ${mark}");
  return { said, input };
});
export const failing = workflow({ id: "failing", title: "Failing ${mark}" }, async ({ step }) => {
  await step.do("fail", { retries: { limit: 0 } }, async () => { throw new Error("error ${mark}"); });
});
export const waiting = workflow({ id: "waiting", title: "Waiting ${mark}", on: [{ kind: "api" }, { kind: "schedule", cron: "0 0 1 1 *", timezone: "UTC" }] }, async ({ step }) => step.approval("sign", { title: "Sign ${mark}", description: "Because of ${mark}" }));`;
  return bundle(code, `message ${mark}`);
}
