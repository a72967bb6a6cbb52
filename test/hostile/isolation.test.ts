import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ground, hostile } from "./ground.ts";

let ground: Ground;
/** An execution of alice's that sleeps while all of this goes on. */
let sleeper: string;

beforeAll(async () => {
  ground = await Ground.open();
  const code = 'import { WorkflowEntrypoint } from "cloudflare:workers";\nexport class Sleeper extends WorkflowEntrypoint { async run(event, step) { await step.do("one", () => 1); await step.waitForEvent("go", { type: "go" }); return "woken" } }';
  await ground.alice.deploy({ main: "sleeper.js", modules: { "sleeper.js": code }, sources: {} });
  sleeper = await ground.alice.start("sleeper");
  await ground.alice.reach(sleeper, ({ status }) => status === "waiting");
}, 120_000);
afterAll(() => ground?.close());

/** Takes the stub that its own runtime calls; keeps it in `kept`, over executions of the bundle. */
const thief = `
import { RpcStub } from "cloudflare:workers";
let kept = null;
const spy = { configurable: true, value(...args) { kept = this.dup(); delete RpcStub.prototype.commit; return this.commit(...args) } };
const steal = async () => {
  Object.defineProperty(RpcStub.prototype, "commit", spy);
  await fetch("http://127.0.0.1:1/").catch(() => {});
  return kept !== null;
};
const outcome = async (call) => { try { return "answered " + JSON.stringify(await call() ?? null) } catch (error) { return error.message } };
`;

test("a tenant's isolate holds nothing: no bindings, no properties, no entrypoints but its own", async () => {
  const { output } = await ground.attack(
    hostile(`import * as platform from "cloudflare:workers";
    export class Attack extends WorkflowEntrypoint { async run() { return { env: this.env, platform: { ...platform.env }, process: { ...process.env }, exports: Object.keys({ ...platform.exports, ...this.ctx.exports }).filter((name) => name !== "Runtime"), props: { ...this.ctx.props } } } }`),
  );
  expect(output).toEqual({ env: {}, platform: {}, process: {}, exports: [], props: {} });
});

test("another tenant's workflow cannot be invoked by name", async () => {
  expect(await ground.attack('return await step.invoke("child", "sleeper", {})')).toMatchObject({ status: "failed", error: { code: "child-failed", message: 'there is no active workflow "sleeper"' } });
});

describe("the stub of one's own execution, stolen from the runtime", () => {
  test("opens no value of another tenant, no bundle, no path", { timeout: 60_000 }, async () => {
    const { output } = await ground.attack(
      hostile(`${thief}
      export class Attack extends WorkflowEntrypoint { async run(event, step) { await step.do("earlier", () => 1); return await step.do("use", async () => {
        const stolen = await steal();
        const refused = [];
        for (const key of event.payload.keys) refused.push(await outcome(() => kept.unspill(key)));
        return { stolen, refused };
      }) } }`),
      { input: { keys: [`values/${ground.ids.alice}/${sleeper}/x`, `bundles/${ground.ids.alice}/x.json`, `bundles/${ground.ids.mallory}/x.json`, `values/../values/${ground.ids.alice}/x`, ""] } },
    );
    expect(output).toEqual({ stolen: true, refused: Array.from({ length: 5 }, () => "that value belongs to someone else") });
  });

  test("takes no malformed batch, no oversized value, and has no other methods", { timeout: 60_000 }, async () => {
    const { output } = await ground.attack(
      hostile(`${thief}
      export class Attack extends WorkflowEntrypoint { async run(event, step) { await step.do("earlier", () => 1); return await step.do("use", async () => {
        await steal();
        const batch = { steps: "[]", consumed: [], logs: [] };
        const answers = {};
        for (const [name, call] of Object.entries({
          none: () => kept.commit(0), steps: () => kept.commit(0, { ...batch, steps: 7 }), json: () => kept.commit(0, { ...batch, steps: "no JSON", count: 1 }),
          kind: () => kept.commit(0, { ...batch, steps: JSON.stringify([["k-1", "k", 1, "evil", "completed", 9, 10, 1, 0, 0, null, "j1", null, null]]), count: 1 }),
          logs: () => kept.commit(0, { ...batch, logs: [{ at: 0, level: "info", message: "m".repeat(5000), step: null }] }), consumed: () => kept.commit(0, { ...batch, consumed: ["1"] }),
          spill: () => kept.spill(0, new Uint8Array(27e6)), text: () => kept.spill(0, "text"), other: () => kept.save({}), host: () => kept.host.store.find("x"),
        })) answers[name] = await outcome(call);
        return answers;
      }) } }`),
    );
    const answered = Object.entries(output as Record<string, string>).filter(([, answer]) => answer.startsWith("answered"));
    expect(answered).toEqual([]);
    expect(Object.keys(output as object)).toHaveLength(10);
  });

  test("is refused once its turn is over", { timeout: 60_000 }, async () => {
    const code = hostile(`${thief}
      export class Attack extends WorkflowEntrypoint { async run(event, step) {
        if (event.payload.phase === 1) { await step.do("earlier", () => 1); return await step.do("steal", steal) }
        return await step.do("use", async () => kept && ({ commit: await outcome(() => kept.commit(1, { steps: "[]", consumed: [], logs: [] })), news: await outcome(() => kept.news(1, 0, 0)), spill: await outcome(() => kept.spill(1, new Uint8Array(1))) }));
      } }`);
    expect(await ground.attack(code, { input: { phase: 1 } })).toMatchObject({ status: "completed", output: true });
    const { output } = await ground.run({ input: { phase: 2 } });
    expect(output).not.toBeNull();
    expect(Object.values(output as object).filter((answer: string) => answer.startsWith("answered"))).toEqual([]);
  });

  test("cannot make the platform touch another tenant's execution by a forged row", { timeout: 60_000 }, async () => {
    const { output } = await ground.attack(
      hostile(`${thief}
      export class Attack extends WorkflowEntrypoint { async run(event, step) { await step.do("earlier", () => 1); return await step.do("forge", async () => {
        await steal();
        const detail = JSON.stringify({ workflow: "sleeper", input: "j{}", child: event.payload.sleeper });
        const row = (key, kind) => [key, key, 1, kind, "waiting", 90, null, 0, 0, null, null, null, null, detail];
        return outcome(() => kept.commit(0, { steps: JSON.stringify([row("kid-1", "invoke"), row(event.payload.sleeper, "event")]), count: 2, consumed: [1, 2, 3], logs: [] }));
      }) } }`),
      { input: { sleeper } },
    );
    // Its own journal is its own, to break as it likes.
    expect(output).toMatch(/^answered/);
    expect(await ground.alice.execution(sleeper)).toMatchObject({ status: "waiting", steps: [{ key: "one-1" }, { key: "go-1", status: "waiting" }] });
  });
});

test("a turn that a tenant asks of its own runtime, with another's execution id and a host of its own, reaches nobody", { timeout: 60_000 }, async () => {
  const { status } = await ground.attack(
    hostile(`import * as platform from "cloudflare:workers";
    export class Other extends WorkflowEntrypoint { async run(event, step) { return await step.do("one", () => "forged") } }
    export class Attack extends WorkflowEntrypoint { async run(event, step) { return await step.do("forge", { retries: { limit: 0, delay: 1 } }, async () => {
      const input = { executionId: event.payload.sleeper, workflowId: "other", turn: 9, run: 1, generation: 1, version: 1, createdAt: 0, now: 0, trigger: { kind: "api" }, input: "j{}", steps: "[]", signals: [], mode: "run", durable: true, limits: { steps: 9, inlineBytes: 9e6, valueBytes: 9e6, requests: 9e6 }, test: null };
      const result = await (platform.exports.Runtime ?? this.ctx.exports.Runtime).turn(input, { commit: () => ({ stop: null }) });
      return String(result.outcome.type);
    }) } }`),
    { input: { sleeper } },
  );
  expect(status).toBe("failed");
  expect(await ground.alice.execution(sleeper)).toMatchObject({ status: "waiting", steps: [{ key: "one-1" }, { key: "go-1" }] });
});

test("after all of it, the other tenant's execution goes on and ends as it should", async () => {
  await ground.alice.send(sleeper, "go", {});
  expect(await ground.alice.end(sleeper)).toMatchObject({ status: "completed", output: "woken", steps: [{ key: "one-1", output: 1 }, { key: "go-1", status: "completed" }] });
});
