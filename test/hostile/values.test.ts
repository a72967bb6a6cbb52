import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogEntry } from "../../sdk/schema/execution.ts";
import { Ground } from "./ground.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open();
}, 120_000);
afterAll(() => ground?.close());

describe("names of steps", () => {
  const odd = ["a/b", "../..", "\u0000", "'; DROP TABLE step; --", "\u202e", "__proto__", "constructor", "é\ud800", "<script>", "x".repeat(256)];

  test("with any characters are kept and found again on replay", { timeout: 60_000 }, async () => {
    const run = await ground.attack('for (const name of event.payload.odd) await step.do(name, () => 1); await step.sleep("nap", 1); return event.payload.odd.length', { input: { odd } });
    expect(run).toMatchObject({ status: "completed", output: odd.length });
    expect(run.steps).toHaveLength(odd.length + 1);
  });

  test.each([["too long", '"x".repeat(257)'], ["empty", '""'], ["no text", "{ toString() { for (;;); } }"]])("that are %s are refused", async (_title, name) => {
    expect(await ground.attack(`await step.do(${name}, () => 1)`)).toMatchObject({ status: "failed", error: { name: "TypeError", message: expect.stringContaining("1 to 256 characters") } });
  });
});

test("more than 10,000 steps are ended by step-limit", { timeout: 120_000 }, async () => {
  expect(await ground.attack('for (let i = 0; i < 10001; i++) await step.do("s", () => i)')).toMatchObject({ status: "failed", error: { code: "step-limit" } });
});

test("thousands of steps at once are carried out", { timeout: 120_000 }, async () => {
  expect(await ground.attack('return (await Promise.all(Array.from({ length: 5000 }, (_, i) => step.do("p" + i, () => i)))).length')).toMatchObject({ status: "completed", output: 5000 });
});

test("floods of long log lines are cut: 1,000 lines a turn, 4,000 characters a line", { timeout: 120_000 }, async () => {
  const { id, status } = await ground.attack('for (let i = 0; i < 50000; i++) console.log("l".repeat(5000)); return 1');
  expect(status).toBe("completed");
  const lines: LogEntry[] = [];
  for (;;) {
    const { data } = await ground.mallory.expect(ground.mallory.get<{ data: LogEntry[] }>(`/executions/${id}/logs?after=${lines.at(-1)?.seq ?? 0}`), 200);
    if (data.length === 0) break;
    lines.push(...data);
  }
  expect(lines).toHaveLength(1000);
  expect(Math.max(...lines.map(({ message }) => message.length))).toBeLessThanOrEqual(4001);
  expect(lines.at(-1)?.message).toContain("the rest is dropped");
});

describe("values that mean harm", () => {
  test.each([
    ["__proto__ as a key", "JSON.parse('{\"__proto__\": { \"polluted\": 1 }}')"],
    ["__proto__ as a key of a map's value", "new Map([[1, JSON.parse('{\"__proto__\": { \"polluted\": 1 }}')]])"],
    ["a function", "() => 1"],
    ["a proxy that throws", "new Proxy({}, { ownKeys() { throw new Error('boo') } })"],
    ["toJSON", "({ toJSON: () => ({}) })"],
  ])("%s: the step fails", { timeout: 60_000 }, async (_title, value) => {
    expect(await ground.attack(`await step.do("keep", { retries: { limit: 0, delay: 1 } }, () => ${value})`)).toMatchObject({ status: "failed", error: { name: "ValueError", code: "value-not-storable" } });
  });

  test("constructor and prototype as keys stay data, and pollute nothing on replay", { timeout: 60_000 }, async () => {
    const code = 'const v = await step.do("keep", () => ({ constructor: { prototype: { polluted: 1 } } })); await step.sleep("nap", 1); return [v.constructor.prototype.polluted, {}.polluted ?? null]';
    expect(await ground.attack(code)).toMatchObject({ status: "completed", output: [1, null] });
  });

  test("__proto__ in an input stays data", { timeout: 60_000 }, async () => {
    const { status, output } = await ground.attack("return [{}.polluted ?? null, Object.getPrototypeOf(event.payload) === Object.prototype]", { input: JSON.parse('{"__proto__": {"polluted": 1}}') as unknown });
    expect([status, output]).toEqual(["completed", [null, true]]);
  });

  test.each([
    ["an error of megabytes", 'const e = new Error("m".repeat(5e6)); e.stack = "s".repeat(5e6); e.code = "c"; throw e'],
    ["an error that cannot be read", "throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })"],
    ["an error that cannot be asked what it is, in a step", 'await step.do("fail", { retries: { limit: 0, delay: 1 } }, () => { throw new Proxy({}, { getPrototypeOf() { throw 2 } }) })'],
    ["a proxy that is revoked", 'const { proxy, revoke } = Proxy.revocable(new Error("x"), {}); revoke(); throw proxy'],
    ["an error whose getters throw", 'const e = new Error("x"); for (const k of ["name", "message", "code", "stack"]) Object.defineProperty(e, k, { get() { throw 1 } }); throw e'],
    ["an error with a name of megabytes and a message that is none", 'throw Object.assign(new Error("x"), { name: "n".repeat(5e6), code: "c".repeat(5e6), message: Object.create(null) })'],
    ["what is its own cause", 'const e = new Error("x"); e.cause = e; throw e'],
    ["a list shared forty levels deep", "let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; throw a"],
    ["null", "throw null"],
  ])("throwing %s fails the execution and nothing else", { timeout: 60_000 }, async (_title, code) => {
    const { status, error } = await ground.attack(code);
    expect([status, error?.code]).not.toEqual(["failed", "stuck"]);
    expect(status).toBe("failed");
    expect(JSON.stringify(error).length).toBeLessThan(50_000);
  });
});

describe("a value that is short as a text and endless when written out", () => {
  test.each([
    ["a list shared forty levels deep", "let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; return a"],
    ["a list shared thirty levels deep", "let a = [1]; for (let i = 0; i < 30; i++) a = [a, a]; return a"],
  ])("%s: can be kept and read, and holds up nobody", { timeout: 120_000 }, async (_title, code) => {
    const run = await ground.attack(`return await step.do("keep", () => { ${code} })`);
    expect(run.status).toBe("completed");
    expect(JSON.stringify(run.output)).toContain("[the rest is not shown]");
    expect(await ground.neighbour()).toBeLessThan(10_000);
  });

  test("a list of four thousand million holes: cannot be kept", { timeout: 60_000 }, async () => {
    expect(await ground.attack('return await step.do("keep", () => { const a = []; a[4294967294] = 1; return a })')).toMatchObject({ status: "failed", error: { code: "memory-limit" } });
  });
});

test("a workflow that awaits what never comes ends as stuck", { timeout: 60_000 }, async () => {
  expect(await ground.attack("await new Promise(() => {})")).toMatchObject({ status: "failed", error: { code: "stuck" } });
});
