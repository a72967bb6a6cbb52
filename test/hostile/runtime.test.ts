import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import { Ground, hostile } from "./ground.ts";

let ground: Ground;
/** Another bundle of mallory's: an isolate of its own. */
const own = 'export class Own extends WorkflowEntrypoint { async run(event, step) { return await step.do("one", () => [3, 4].map((n) => n + 1)) } }';

beforeAll(async () => {
  ground = await Ground.open();
  const { modules, ...rest } = hostile("");
  await ground.mallory.deploy({ ...rest, modules: { ...modules, "attack.js": `import { WorkflowEntrypoint } from "cloudflare:workers";\n${own}` } });
}, 120_000);
afterAll(() => ground?.close());

const spoiled = (how: string): string => `
${how}
export class Attack extends WorkflowEntrypoint {
  async run(event, step) {
    const a = await step.do("one", () => 2);
    await step.sleep("nap", 10);
    return await step.do("two", { retries: { limit: 0, delay: 1 } }, () => a + 1);
  }
}`;

/** The value that resolves a turn passes by here. */
const onResult = (change: string): string => `Object.defineProperty(Object.prototype, "then", { configurable: true, get() { if (Object.hasOwn(this, "outcome")) { ${change} } return undefined } })`;

const attacks: Array<[title: string, how: string]> = [
  ["Array.prototype.push", 'Array.prototype.push = () => { throw new Error("spoiled") }'],
  ["Array.prototype.map", "Array.prototype.map = () => []"],
  ["array iteration", "Array.prototype[Symbol.iterator] = function* () {}"],
  ["Promise.prototype.then", "Promise.prototype.then = function () { return this }"],
  ["Promise.prototype.then that throws", "Promise.prototype.then = () => { throw 1 }"],
  ["Map.prototype.get", "Map.prototype.get = () => undefined"],
  ["Map.prototype.set", "Map.prototype.set = function () { return this }"],
  ["Set.prototype.add", "Set.prototype.add = function () { return this }"],
  ["JSON.parse", "JSON.parse = () => ({})"],
  ["JSON.stringify", 'JSON.stringify = () => "no JSON"'],
  ["setters on Object.prototype", 'for (const k of ["status", "ended", "step", "turn", "resolve", "outcome", "type", "output", "steps", "count", "consumed", "logs"]) Object.defineProperty(Object.prototype, k, { set() {}, get() { return undefined } })'],
  ["Date", "Date.now = () => NaN; globalThis.Date = () => { throw 1 }"],
  ["AsyncLocalStorage", 'import { AsyncLocalStorage } from "node:async_hooks"; AsyncLocalStorage.prototype.getStore = () => undefined; AsyncLocalStorage.prototype.run = () => {}'],
  ["Function.prototype.call, apply and bind", "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw 1 }"],
  ["timers", "globalThis.setTimeout = globalThis.clearTimeout = globalThis.queueMicrotask = () => {}"],
  ["Reflect and Proxy", "Reflect.apply = Reflect.construct = Reflect.get = () => {}; globalThis.Proxy = null"],
  ["stack traces", "Error.prepareStackTrace = () => { throw 1 }"],
  ["frozen prototypes", "for (const C of [Object, Array, Promise, Map]) Object.freeze(C.prototype)"],
  ["the entrypoint's class", 'import { WorkerEntrypoint } from "cloudflare:workers"; WorkerEntrypoint.prototype.turn = () => ({ outcome: { type: "completed", output: "j1" } })'],
  ["a turn's outcome of no kind", onResult('this.outcome = { type: "weird" }')],
  ["a turn's output of no form", onResult('this.outcome = { type: "completed", output: "zzz" }')],
  ["a turn's batch that is no JSON", onResult('this.batch = { steps: "no JSON", count: 1, consumed: [], logs: [] }')],
  ["a turn's error of megabytes", onResult('this.outcome = { type: "failed", error: { name: "x".repeat(3e6), message: "y".repeat(3e6) } }')],
];

describe("a runtime that its tenant has spoiled", () => {
  test.each(attacks)("%s: nobody else notices, neither tenants nor the tenant's other bundles", { timeout: 120_000 }, async (_title, how) => {
    const deployed = await ground.mallory.post("/deployments", hostile(spoiled(how)));
    // Some attacks break the code before it can be deployed: as good.
    expect([201, 422]).toContain(deployed.status);
    if (deployed.status === 201) {
      const key = String(Math.random());
      const id = await ground.mallory.start("attack", {}, key);
      const read = await ground.mallory.get<ExecutionView>(`/executions/${id}?wait=3000`);
      await ground.neighbour();
      // What it has become is its tenant's own loss; it can always be ended.
      if (read.status === 200 && !["completed", "failed"].includes(read.body.status)) expect([202, 409]).toContain((await ground.cancel(id)).status);
    }
    expect(await ground.mallory.expect(ground.mallory.post<ExecutionView>("/workflows/own/execute", { wait: 20_000 }), 200)).toMatchObject({ status: "completed", output: [4, 5] });
    expect((await ground.mallory.get("/executions")).status).toBe(200);
    await ground.neighbour();
  });
});

describe("code that ends its own isolate", () => {
  test.each([
    ["abortIsolate", 'import { abortIsolate } from "cloudflare:workers"; export class Attack extends WorkflowEntrypoint { async run(e, step) { await step.do("x", () => abortIsolate("boo")) } }'],
    ["ctx.abort", 'export class Attack extends WorkflowEntrypoint { async run(e, step) { await step.do("x", () => this.ctx.abort("boo")) } }'],
    ["process.exit", 'export class Attack extends WorkflowEntrypoint { async run(e, step) { await step.do("x", () => process.exit(1)) } }'],
    ["process.abort", 'export class Attack extends WorkflowEntrypoint { async run(e, step) { await step.do("x", () => process.abort()) } }'],
  ])("%s: nobody else notices, and its execution can be cancelled", { timeout: 120_000 }, async (_title, code) => {
    const { id, status } = await ground.attack(hostile(code), { waitMs: 3_000 });
    expect(status).not.toBe("completed");
    expect((await ground.cancel(id)).status).toBe(202);
    expect(await ground.mallory.end(id)).toMatchObject({ status: "cancelled" });
    expect(ground.server.output).not.toMatch(/crashed unexpectedly/);
  });
});

describe("modules by the back door", () => {
  const closed = ["module", "vm", "worker_threads", "child_process", "cluster", "repl", "inspector"];

  test.each([
    ["process", ""],
    ["node:process", 'import process from "node:process";'],
    ["an export of node:process", 'import { getBuiltinModule } from "node:process"; const process = { getBuiltinModule };'],
    ["all of node:process, loaded on demand", 'const process = await import("node:process");'],
  ])("%s hands out what an import may name, and nothing else", { timeout: 60_000 }, async (_title, header) => {
    const { output } = await ground.attack(
      hostile(`${header}
      export class Attack extends WorkflowEntrypoint { async run(event) {
        const get = (name) => typeof process.getBuiltinModule(name);
        return { closed: event.payload.closed.flatMap((name) => [get(name), get("node:" + name)]), others: [get("cloudflare:sockets"), get("everstep:guard-core"), get("../runtime.js"), get({ toString: () => "module" })], open: [get("fs"), get("node:fs/promises"), get("node:util")] };
      } }`),
      { input: { closed } },
    );
    expect(output).toEqual({ closed: closed.flatMap(() => ["undefined", "undefined"]), others: Array.from({ length: 4 }, () => "undefined"), open: ["object", "object", "object"] });
  });

  test("what hands out modules cannot be put back, and there is no require", { timeout: 60_000 }, async () => {
    const { output } = await ground.attack(`
      const seen = [typeof require, typeof module, typeof import.meta.resolve, typeof import.meta.require];
      try { process.getBuiltinModule = null } catch (error) { seen.push(error.name) }
      try { Object.defineProperty(process, "getBuiltinModule", { value: 1 }) } catch (error) { seen.push(error.name) }
      seen.push(typeof process.getBuiltinModule);
      for (const name of ["mainModule", "binding", "_linkedBinding", "dlopen"]) { try { seen.push(typeof process[name]("module")) } catch (error) { seen.push("refused") } }
      return seen`);
    expect(output).toEqual(["undefined", "undefined", "undefined", "undefined", "TypeError", "TypeError", "function", "refused", "refused", "refused", "refused"]);
  });
});

test("an isolate cannot ask itself for turns, and so for fresh budgets", { timeout: 60_000 }, async () => {
  const { output } = await ground.attack(
    hostile(`import * as platform from "cloudflare:workers";
    const names = (object) => Object.keys(object ?? {});
    const own = () => process.getBuiltinModule("cloudflare:workers");
    const seen = [names(platform.exports), names(own()?.exports)];
    export class Attack extends WorkflowEntrypoint { async run(event, step) {
      seen.push(names(this.ctx.exports), names(platform.exports), names(own()?.exports), names(platform.env), names(this.env));
      seen.push(await step.do("look", () => [...names(this.ctx.exports), ...names(platform.exports), typeof platform.exports.Runtime]));
      return seen;
    } }`),
  );
  expect(output).toEqual([[], [], [], [], [], [], [], ["undefined"]]);
});

test("an outcome of no form, sent by a spoiled runtime, counts as a crash and is given up", { timeout: 120_000 }, async () => {
  await ground.mallory.deploy(hostile(`${onResult('this.outcome = { type: "weird" }')}\nexport class Attack extends WorkflowEntrypoint { async run(event, step) { return await step.do("one", () => 1) } }`));
  const id = await ground.mallory.start("attack");
  const { status, error } = await ground.mallory.end(id, 90_000);
  expect([status, error?.code, error?.message]).toEqual(["failed", "turn-crashed", expect.stringContaining('a turn sent a malformed outcome: its type is "weird"')]);
  await ground.neighbour();
});

test("code from strings does not run", { timeout: 60_000 }, async () => {
  const { output } = await ground.attack(`
    const tries = { eval: () => eval("1"), function: () => new Function("return 1")(), generator: () => (function* () {}).constructor("yield 1")(), async: () => (async () => {}).constructor("return 1")(), vm: () => process.getBuiltinModule("node:vm").runInThisContext("1") };
    const seen = {};
    for (const [name, run] of Object.entries(tries)) { try { seen[name] = String(run()) } catch (error) { seen[name] = error.name } }
    return seen`);
  expect(output).toEqual({ eval: "EvalError", function: "EvalError", generator: "EvalError", async: "EvalError", vm: expect.stringContaining("Error") });
});

test("what ends code cannot be unmade by who catches it", { timeout: 120_000 }, async () => {
  const code = `const kept = [];
    export class Attack extends WorkflowEntrypoint { async run(event) {
      if (event.payload.phase === 1) { new Promise(() => new ArrayBuffer(2 ** 31)).catch(kept.push.bind(kept)); await new Promise((f) => queueMicrotask(f)); return kept.length }
      const seen = [];
      for (const C of [kept[0].constructor, Object.getPrototypeOf(kept[0])]) { try { Object.setPrototypeOf(C, function () { throw 1 }); seen.push("changed") } catch (error) { seen.push(error.name) } }
      if (event.payload.phase === 2) return seen;
      for (;;);
    } }`;
  await ground.attack(hostile(code), { input: { phase: 1 } });
  const { output } = await ground.run({ input: { phase: 2 } });
  expect((output as string[] | null)?.[0] ?? "never caught").toMatch(/^(TypeError|never caught)$/);
  expect(await ground.run({ input: { phase: 3 } })).toMatchObject({ status: "failed" });
});
