import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionSummary, ExecutionView } from "../../sdk/schema/execution.ts";
import type { Problem } from "../../sdk/schema/problem.ts";
import { everstep } from "../local/server.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

const file = "./workflows/origins.ts";
let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle(file, import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

interface Started {
  execution_id: string;
  created: boolean;
}
const execute = <T = Started>(workflow: string, body: unknown, key: string) => api.post<T>(`/workflows/${workflow}/execute`, body, { "idempotency-key": key });

describe("an Idempotency-Key", () => {
  test("sent again with the same input gives the execution that it began, whatever the order of its members", async () => {
    const first = await execute("rounds", { input: { left: 0, told: { a: 1, b: [2] } } }, "same");
    expect(await execute("rounds", { input: { told: { b: [2], a: 1 }, left: 0 } }, "same")).toEqual({ status: 202, body: { ...first.body, status: expect.any(String), created: false } });
    expect(await execute<ExecutionView>("rounds", { input: { left: 0, told: { a: 1, b: [2] } }, wait: true }, "same")).toMatchObject({ status: 200, body: { id: first.body.execution_id, status: "completed" } });
  });

  test("sent again with another input is refused, waited for or not, and begins nothing", async () => {
    const first = await execute("rounds", { input: { left: 0, told: [1, 2] } }, "other");
    for (const body of [{ input: { left: 0, told: [2, 1] } }, { input: { left: 0 } }, { input: { left: 0, told: [1, 2], more: null } }, {}, { input: { left: 0, told: [1] }, wait: 1_000 }]) {
      const { status, body: problem } = await execute<Problem>("rounds", body, "other");
      expect([status, problem.code]).toEqual([422, "idempotency-key-reused"]);
      expect(problem.detail).toContain(first.body.execution_id);
    }
  });

  test("is held to the first run's input, over continueAsNew and a restart", async () => {
    const input = { left: 2, told: "first" };
    const { body } = await execute("rounds", { input }, "continued");
    expect(await api.end(body.execution_id)).toMatchObject({ run: 3, output: { left: 0, told: [["first"]] } });
    await server.restart();
    expect((await execute("rounds", { input }, "continued")).body).toMatchObject({ execution_id: body.execution_id, created: false });
    expect((await execute("rounds", { input: { left: 0, told: [["first"]] } }, "continued")).status).toBe(422);
  });
});

describe("starting an execution anew", () => {
  const anew = async (id: string): Promise<ExecutionView> => {
    const { new_execution_id: next } = await api.expect(api.post<{ new_execution_id: string }>(`/executions/${id}/retry`, { mode: "new" }), 202);
    expect(next).not.toBe(id);
    return api.end(next);
  };

  test("gives it the values themselves, not what JSON makes of them", async () => {
    const parent = await api.start("gives");
    await api.end(parent);
    const { data } = await api.expect(api.get<{ data: ExecutionSummary[] }>(`/executions?parent_id=${parent}`), 200);
    const again = await anew(data[0]?.id ?? "");
    expect(again.output).toMatchObject({ when: 86_400_000, sizes: [["a", 1]], total: String(2n ** 70n), kind: "rerun" });
  });

  test("gives it the input of the first run", async () => {
    const id = await api.start("rounds", { left: 1, told: "first" });
    await api.end(id);
    expect(await anew(id)).toMatchObject({ run: 2, output: { told: ["first"] }, trigger_data: { kind: "rerun", source: id } });
  });

  test("gives it the headers that the first came with, and a test run stays one", async () => {
    const body = { input: {}, trigger: { kind: "webhook", headers: { "x-shop": "north" } }, samples: { one: 7 } };
    const { id } = await api.expect(api.post<ExecutionView>("/workflows/given/run-test", body), 200);
    expect((await anew(id)).output).toMatchObject({ kind: "rerun", header: "north" });
    const sampled = await api.expect(api.post<ExecutionView>("/workflows/fails-between/run-test", body), 200);
    expect((await anew(sampled.id)).error?.message).toBe("a7b7 between steps");
  });
});

describe("a stack", () => {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  const path = "test/e2e/workflows/origins.ts";
  /** Where in the TypeScript `code` stands, on the line that ends in the remark. */
  const at = (remark: string, code: string): string => {
    const lines = text.split("\n");
    const line = lines.findIndex((one) => one.endsWith(`// ${remark}`));
    return `${path}:${line + 1}:${(lines[line] ?? "").indexOf(code) + 1}`;
  };
  const frames = (stack: string | undefined): string[] => (stack ?? "").split("\n").slice(1).map((line) => line.trim());

  test("of a failed step tells files, lines and names of the TypeScript", async () => {
    const { error, steps } = await api.end(await api.start("fails", { amount: 11 }));
    expect(frames(error?.stack).slice(0, 2)).toEqual([`at check (${at("in check", "new Error")})`, `at charge (${at("in charge", "check")})`]);
    expect(steps[0]?.error?.stack).toBe(error?.stack);
  });

  test("of an error between steps does too, also of an execution that is waited for", async () => {
    const { body } = await execute<ExecutionView>("fails-between", { wait: true }, "stack");
    expect(frames(body.error?.stack)[0]).toBe(`at Object.handler (${at("between", "new TypeError")})`);
  });

  test("is told after a restart, and by the deployment that the execution ran on", async () => {
    const id = await api.start("fails", { amount: 12 });
    await api.end(id);
    const moved = await bundle(file, import.meta.url);
    // The same code from other lines: the same bundle with another map.
    const maps = Object.fromEntries(Object.entries(moved.maps ?? {}).map(([name, map]) => [name, { ...map, sources: map.sources.map((source) => `moved/${source}`) }]));
    await api.deploy({ ...moved, maps, sources: { "moved.ts": "" } });
    await server.restart();
    expect((await api.execution(id)).error?.stack).toContain(`(${path}:`);
    expect((await api.end(await api.start("fails", { amount: 12 }))).error?.stack).toContain(`(moved/${path}:`);
    await api.deploy(await bundle(file, import.meta.url));
  });

  test("of a bundle without a source map stays as it is", async () => {
    const { maps: _, ...bare } = await bundle(file, import.meta.url);
    await api.deploy({ ...bare, sources: {} });
    expect((await api.end(await api.start("fails", { amount: 13 }))).error?.stack).toMatch(/bundle\/workflows\.js:\d+:\d+/);
  });

  test("shows its first own frame on the command line", async () => {
    await api.deploy(await bundle(file, import.meta.url));
    const { code, stdout } = await everstep(["run", "fails", "--input", '{"amount":14}', "--wait"], { data: server.folder });
    expect(code).toBe(1);
    expect(stdout).toContain(`Error: 14 is too much\n    ${at("in check", "new Error")} in check\n`);
  });
});
