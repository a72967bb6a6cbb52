import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

const mib = 1024 * 1024;
/** What a text costs beyond its characters: the codec's mark and two quotes. */
const frame = 3;
let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/values.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

const run = async (workflow: string, input: unknown): Promise<ExecutionView> => api.end(await api.start(workflow, input));

test("Date, Map, Set, BigInt, typed arrays, errors and patterns come back as they were, over a restart", async () => {
  const id = await api.start("rich");
  await api.reach(id, ({ status }) => status === "waiting");
  await server.restart();
  await api.send(id, "go", null);
  const { status, output } = await api.end(id);
  expect(status).toBe("completed");
  expect(output).toEqual({
    date: "1970-01-02T00:00:00.000Z",
    map: [2, [1, 2]],
    big: "1208925819614629174706176",
    bytes: [0, 1, 254, 255],
    floats: ["0.1", "-Infinity"],
    odd: [true, true, true, true],
    error: "too far",
    pattern: "/a+b/gi",
  });
});

describe("a step's result", () => {
  test("of exactly 1 MiB is kept in the journal", async () => {
    const { output, steps } = await run("large", { bytes: mib - frame });
    expect(output).toEqual({ length: mib - frame, same: true });
    expect(steps[0]?.output).toHaveLength(mib - frame);
  });

  test("of one byte more goes to the object store, and the journal keeps its size", async () => {
    const { output, steps } = await run("large", { bytes: mib - frame + 1 });
    expect(output).toEqual({ length: mib - frame + 1, same: true });
    expect(steps[0]?.output).toEqual({ $spilled: "value", bytes: mib + 1 });
    expect(readdirSync(join(server.folder, "state"), { recursive: true }).some((path) => String(path).includes("r2"))).toBe(true);
  });

  test.each([
    ["quotes, which double in JSON", '"'],
    ["letters of three bytes", "€"],
  ])("may be full of %s", async (_what, letter) => {
    for (const bytes of [300_000, 1_000_000]) expect((await run("large", { bytes, text: letter })).output).toEqual({ length: bytes, same: true });
  });

  test("of 24 MiB is kept", async () => {
    expect((await run("large", { bytes: 24 * mib })).output).toEqual({ length: 24 * mib, same: true });
  });

  test("above 25 MiB fails the step at once, naming the limit and what to do", async () => {
    const { status, error, steps } = await run("large", { bytes: 25 * mib + 1 });
    expect(status).toBe("failed");
    expect(error).toMatchObject({ name: "ValueError", code: "value-too-large", message: expect.stringMatching(/"make" is 25 MiB.*limit is 25 MiB.*reference/s) });
    expect(steps[0]).toMatchObject({ status: "failed", attempt: 1 });
  });

  test("may be a stream", async () => {
    const { output, steps } = await run("streamed", { bytes: 3 * mib });
    expect(output).toEqual({ length: 3 * mib });
    expect(steps[0]?.output).toEqual({ $spilled: "stream", bytes: 3 * mib });
  });

  test("that is a stream above 25 MiB fails the step", async () => {
    expect(await run("streamed", { bytes: 25 * mib + 1 })).toMatchObject({ status: "failed", error: { code: "value-too-large" } });
  });

  test("that cannot be kept fails the step, naming where it is", async () => {
    const { status, error, steps } = await run("unkeepable", {});
    expect([status, steps[0]?.attempt]).toEqual(["failed", 1]);
    expect(error).toMatchObject({ name: "ValueError", message: expect.stringMatching(/step "make".*function.*deep/s) });
  });
});

describe("what travels between executions", () => {
  test.each([
    ["a child's output of 1 MiB", mib - frame, "x"],
    ["a child's output of almost 1 MiB that is full of quotes", 500_000, '"'],
    ["a child's output of 5 MiB", 5 * mib, "x"],
  ])("%s arrives whole", async (_what, bytes, text) => {
    expect(await run("asks", { bytes, text })).toMatchObject({ status: "completed", output: bytes });
  });

  test.each([
    ["plain text", "x", 1_000_000],
    ["quotes", '"', 500_000],
  ])("an event of almost 1 MiB of %s arrives whole", async (_what, letter, length) => {
    const id = await api.start("payload");
    expect((await api.send(id, "go", letter.repeat(length))).status).toBe(202);
    expect(await api.end(id)).toMatchObject({ status: "completed", output: length });
  });

  test("an input of almost 1 MiB arrives whole, and a larger one is answered 413", async () => {
    const half = '"'.repeat(500_000);
    expect((await run("large", { bytes: 5, text: half })).output).toMatchObject({ length: 5 });
    expect((await api.post("/workflows/large/execute", { input: { bytes: 5, text: "x".repeat(mib) } })).status).toBe(413);
  });
});
