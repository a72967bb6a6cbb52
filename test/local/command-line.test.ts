import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanUp, everstep, type LocalServer, startServer, temporaryFolder } from "./server.ts";

let server: LocalServer;
let project: string;

const workflows = `
import { NonRetryableError, workflow } from "everstep";
import { z } from "zod";

export const order = workflow({ id: "order", input: z.object({ total: z.number() }) }, async ({ input, step }) => {
  console.log("an order of", input.total);
  const { payload } = await step.waitForEvent("payment", { type: "paid" });
  const { decision, comment } = await step.approval("sign off", { title: "Ship it?" });
  return { payload, decision, comment };
});

export const refuse = workflow({ id: "refuse" }, async ({ step }) => {
  await step.do("look", async () => 1);
  await step.do("charge", async () => { throw new NonRetryableError("card declined"); });
});
`;

beforeAll(async () => {
  server = await startServer(temporaryFolder());
  project = temporaryFolder();
  mkdirSync(join(project, "workflows"));
  writeFileSync(join(project, "package.json"), "{}");
  writeFileSync(join(project, "workflows/orders.ts"), workflows);
});
afterAll(cleanUp);

const run = (...args: string[]) => everstep(args, { data: server.data, cwd: project });

/** Runs with --json and parses the one document it must print. */
async function json<T>(...args: string[]): Promise<{ code: number | null; value: T }> {
  const { code, stdout, stderr } = await run(...args, "--json");
  try {
    return { code, value: JSON.parse(stdout) as T };
  } catch {
    throw new Error(`not one JSON document: ${stdout}\n${stderr}`);
  }
}

interface View {
  id: string;
  status: string;
  output: unknown;
  error: { message: string } | null;
  steps: Array<{ key: string; status: string }>;
}

/** Polls through the command line until a step of an execution is there. */
async function untilStep(id: string, key: string, status: string): Promise<View> {
  for (;;) {
    const { value } = await json<View>("executions", id);
    if (value.steps.some((step) => step.key === key && step.status === status)) return value;
  }
}

test("the demo workflow runs to its end, shown as a timeline", async () => {
  const { code, stdout, stderr } = await run("run", "welcome", "--input", '{"name":"Ada"}', "--wait");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^welcome {2}✓ completed in/);
  expect(stdout).toContain('input   {"name":"Ada"}');
  expect(stdout).toMatch(/✓ greet/);
  // No colours where nobody sees them.
  expect(stdout).not.toContain(String.fromCharCode(27));
});

test("run --wait --json prints the whole execution and nothing else", async () => {
  const { code, value } = await json<View>("run", "welcome", "--input", '{"name":"Ada"}', "--wait");
  expect(code).toBe(0);
  expect(value).toMatchObject({ status: "completed", error: null });
  expect(value.steps.length).toBeGreaterThan(1);
});

test("one key starts one execution", async () => {
  const first = await json<{ execution_id: string; created: boolean }>("run", "welcome", "--input", '{"name":"A"}', "--key", "same");
  const second = await json<{ execution_id: string; created: boolean }>("run", "welcome", "--input", '{"name":"A"}', "--key", "same");
  expect(first.value.created).toBe(true);
  expect(second.value).toMatchObject({ execution_id: first.value.execution_id, created: false });
});

test("a deployed project's execution waits for its event and its approval, then ends", async () => {
  const deployed = await run("deploy");
  expect(deployed).toMatchObject({ code: 0, stderr: "" });
  expect(deployed.stdout).toContain("refuse");

  const { value: started } = await json<{ execution_id: string }>("run", "order", "--input", '{"total":5}');
  const id = started.execution_id;
  await untilStep(id, "payment-1", "waiting");
  expect(await run("events", "send", id, "paid", "--payload", '{"by":"card"}')).toMatchObject({ code: 0 });
  await untilStep(id, "sign off-1", "waiting");
  expect((await run("approve", id, "sgin off")).stderr).toContain("Did you mean sign off-1?");
  expect(await run("approve", id, "sign off", "--reject", "--comment", "too dear")).toMatchObject({ code: 0 });

  const logs = await run("logs", id, "--follow");
  expect(logs.stdout).toContain("an order of 5");
  const { code, value } = await json<View>("executions", id);
  expect(code).toBe(0);
  expect(value.output).toEqual({ payload: { by: "card" }, decision: "rejected", comment: "too dear" });
});

test("a failed execution exits with 1, waited for or looked at, and can be retried", async () => {
  const { code, value } = await json<View>("run", "refuse", "--wait");
  expect(code).toBe(1);
  expect(value).toMatchObject({ status: "failed", error: { message: "card declined" } });
  expect((await run("executions", value.id)).code).toBe(1);
  expect((await run("executions", "--status", "failed", "--workflow", "refuse")).stdout).toContain(value.id);

  const again = await json<View>("retry", value.id, "--new");
  expect(again.code).toBe(0);
  expect(again.value.id).not.toBe(value.id);
  expect((await run("retry", value.id, "--from", "look")).stdout).toContain("from look-1");
});

test("a cancelled execution exits with 1", async () => {
  const { value: started } = await json<{ execution_id: string }>("run", "order", "--input", '{"total":5}');
  expect((await run("cancel", started.execution_id)).code).toBe(0);
  const { code, value } = await json<View>("executions", started.execution_id);
  expect(code).toBe(1);
  expect(value.status).toBe("cancelled");
});

test("a bundle that throws while it loads is refused with the place in the TypeScript", async () => {
  const broken = join(project, "broken.ts");
  writeFileSync(broken, `import { workflow } from "everstep";\nexport const a = workflow({ id: "a" }, async () => 1);\nthrow new Error("at load");\n`);
  const { code, stderr } = await run("deploy", "broken.ts");
  expect(code).toBe(4);
  expect(stderr).toMatch(/refused, nothing changed\n {2}broken\.ts:3:\d+.*at load/s);
});

test("two workflows with one id are refused with their exports and files, one under two names is not", async () => {
  const folder = join(temporaryFolder(), "workflows");
  mkdirSync(folder, { recursive: true });
  const make = `import { workflow } from "everstep";\nconst twin = workflow({ id: "twin" }, async () => 1);\n`;
  writeFileSync(join(folder, "a.ts"), `${make}export default twin;\nexport { twin };\n`);
  expect(await run("deploy", folder)).toMatchObject({ code: 0 });
  writeFileSync(join(folder, "b.ts"), `${make}export const flow = twin;\n`);
  const { code, stderr } = await run("deploy", folder);
  expect(code).toBe(4);
  expect(stderr).toContain("refused, nothing changed\n  2 workflows have the id `twin`: the export `flow` of b.ts and the export `twin` of a.ts. Give each an id of its own.");
});

test("input that is not JSON, an unknown command and an unknown flag exit with 2 and say what is meant", async () => {
  expect(await run("run", "welcome", "--input", "{name}")).toMatchObject({ code: 2, stderr: expect.stringContaining("not valid JSON at position 1") });
  expect(await run("rnu", "welcome")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean: everstep run?") });
  expect(await run("run", "welcome", "--wiat")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean --wait?") });
});

test("input comes from a file or from standard input", async () => {
  writeFileSync(join(project, "input.json"), '{"name":"File"}');
  const { value } = await json<View>("run", "welcome", "--input", "@input.json", "--wait");
  expect(JSON.stringify(value.output)).toContain("File");
  const piped = await everstep(["run", "welcome", "--input", "-", "--wait", "--json"], { data: server.data, input: '{"name":"Pipe"}' });
  expect(JSON.stringify(JSON.parse(piped.stdout))).toContain("Pipe");
});

test("a workflow that is not deployed is refused with 4", async () => {
  expect(await run("run", "nothing-like-it")).toMatchObject({ code: 4, stderr: expect.stringContaining("not-found") });
});

test("without a server the way to one is told, with 3", async () => {
  const nowhere = temporaryFolder();
  expect(await everstep(["workflows"], { cwd: nowhere })).toMatchObject({ code: 3, stderr: expect.stringContaining("npm start") });
  const gone = await everstep(["workflows", "--url", "http://127.0.0.1:9", "--api-key", "es_x"], { cwd: nowhere });
  expect(gone.code).toBe(3);
});

test("the local key is not sent to another server", async () => {
  const { code, stderr } = await everstep(["workflows", "--url", "http://127.0.0.2:1234"], { data: server.data });
  expect(code).toBe(3);
  expect(stderr).toContain("no API key for http://127.0.0.2:1234");
});

test("types writes the deployed inputs as TypeScript", async () => {
  const { value } = await json<{ workflows: Array<{ id: string; input: string }> }>("types");
  expect(value.workflows.find(({ id }) => id === "order")?.input.replace(/\s+/g, " ")).toBe("{ total: number; }");
});
