/** Moves and re-runs against a sandbox that answers as it is told to. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { encode, encodeSpilled, spilledIn } from "../../sdk/schema/codec.ts";
import { type Outcome, type StepRecord, toRow, type TurnInput, type TurnResult } from "../../sdk/schema/journal.ts";
import type { Env } from "../../worker/env.ts";
import type { Candidate } from "./contract.ts";
import { adopt, fork } from "./forking.ts";
import { cancel } from "./lifecycle.ts";
import { move } from "./moving.ts";
import type { Platform, Storage } from "./ports.ts";
import { Runner } from "./runner.ts";
import { type Execution, newExecution } from "./state.ts";

const { EXECUTION } = env as unknown as Env;
const to: Candidate = { workflowId: "w", bundle: "b2", version: 2 };
const step = (name: string, over: Partial<StepRecord> = {}): StepRecord => ({
  key: `${name}-1`, name, count: 1, kind: "do", status: "completed", started: 1, ended: 2, attempt: 1, startedAt: 0, endedAt: 5, due: null, output: encode(name), error: null, detail: null, ...over,
});
const hold = step("hold", { kind: "event", status: "waiting", started: 3, ended: null, endedAt: null, output: null, detail: { type: "go" } });
const difference = { at: 3, expected: 'event step "hold-1"', found: 'do step "check-1"', hint: "" };

interface Bench {
  runner: Runner;
  execution: Execution;
  /** What the sandbox was asked to run: `rehearse` or `turn`, and on which bundle. */
  ran: string[];
  /** What it answers next, once it is let; `suspended` otherwise. */
  answers: (Outcome | Promise<Outcome>)[];
  blobs: Map<string, Uint8Array>;
  reported: number[];
}

function withExecution(status: Execution["status"], body: (bench: Bench) => Promise<void>): Promise<void> {
  return runInDurableObject(EXECUTION.get(EXECUTION.newUniqueId()), async (_, state) => {
    const [ran, answers, reported]: [string[], Bench["answers"], number[]] = [[], [], []];
    const blobs = new Map<string, Uint8Array>([["values/t/e/large", new TextEncoder().encode(encode("large"))]]);
    const platform = {
      async runTurn(_tenant: string, bundle: string, input: TurnInput): Promise<TurnResult> {
        ran.push(`${input.rehearse ? "rehearse" : "turn"} ${bundle}`);
        return { outcome: (await answers.shift()) ?? { type: "suspended" }, batch: { steps: "[]", consumed: [], logs: [] } };
      },
      register: async (_tenant: string, { version }: { version: number }) => void reported.push(version),
      variables: async () => JSON.stringify({ values: {}, tag: "its own" }),
      putBlob: async (key: string, bytes: Uint8Array) => void blobs.set(key, bytes),
      getBlob: async (key: string) => blobs.get(key),
      announce: async () => {},
      withdraw: async () => {},
    } as unknown as Platform;
    const runner = new Runner(state.storage as unknown as Storage, platform);
    const execution = { ...newExecution({ tenant: "t", id: "e", workflowId: "w", bundle: "b1", version: 1, trigger: { kind: "manual" }, input: "j{}", timeoutMs: null, createdAt: 7, parent: null }), status };
    runner.save(execution, () => runner.store.journal.append("e", JSON.stringify([step("name"), hold].map(toRow))));
    await body({ runner, execution, ran, answers, blobs, reported });
  });
}

describe("a move", () => {
  it("rehearses, changes the code, tells the index and goes on with a turn of the new code", () =>
    withExecution("waiting", async ({ runner, execution, ran, reported }) => {
      expect(await move(runner, execution, to)).toMatchObject({ ok: true, value: { result: "moved", version: 2 } });
      await runner.ended("e", 1_000);
      expect(ran).toEqual(["rehearse b2", "turn b2"]);
      expect(reported).toContain(2);
      expect(runner.store.find("e")).toMatchObject({ request: { bundle: "b2", version: 2 }, moved: [1], status: "waiting" });
      expect(runner.store.logs("e", 0, 10)).toMatchObject([{ message: "moved from version 1 to version 2" }]);
      expect(await move(runner, execution, to)).toMatchObject({ value: { result: "moved" } });
      expect(ran).toHaveLength(2);
    }));

  it("is refused by a difference, and changes nothing", () =>
    withExecution("waiting", async ({ runner, execution, answers }) => {
      answers.push({ type: "stalled", divergence: difference });
      expect(await move(runner, execution, to)).toMatchObject({ value: { result: "kept", version: 1, rehearsal: { verdict: "differs", at: { position: 3, where: 'after do step "name-1"' } } } });
      expect(runner.store.find("e")).toMatchObject({ request: { bundle: "b1", version: 1 }, moved: [] });
    }));

  it("lets no turn begin meanwhile: what comes is done with the new code", () =>
    withExecution("waiting", async ({ runner, execution, ran, answers }) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      answers.push(promise);
      const moving = move(runner, execution, to);
      runner.save(execution, () => void runner.store.addSignal("e", "event:go", "j1", 8, null));
      runner.signalled(execution);
      await runner.run(execution);
      expect(ran).toEqual(["rehearse b2"]);
      resolve({ type: "suspended" });
      await moving;
      await runner.ended("e", 1_000);
      expect(ran).toEqual(["rehearse b2", "turn b2"]);
    }));

  it("does not touch one that is cancelled meanwhile", () =>
    withExecution("waiting", async ({ runner, execution, ran, answers }) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      answers.push(promise);
      const moving = move(runner, execution, to);
      await cancel(runner, execution, { rollback: false, reason: "" });
      resolve({ type: "suspended" });
      expect(await moving).toMatchObject({ value: { result: "ended", version: 1 } });
      expect([ran, runner.store.find("e")?.status]).toEqual([["rehearse b2"], "cancelled"]);
    }));

  it("waits for a turn only so long, and is to be asked for again then", () =>
    withExecution("waiting", async ({ runner, execution, ran, answers }) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      answers.push(promise);
      const turn = runner.run(execution);
      expect(await move(runner, execution, to)).toMatchObject({ value: { result: "busy", version: 1 } });
      resolve({ type: "suspended" });
      await turn;
      expect(ran).toEqual(["turn b1"]);
    }));

  it("leaves a paused one paused, and has a stalled one go on", async () => {
    await withExecution("paused", async ({ runner, execution, ran }) => {
      await move(runner, execution, to);
      expect([ran, execution.status, execution.request.version]).toEqual([["rehearse b2"], "paused", 2]);
    });
    await withExecution("stalled", async ({ runner, execution, ran }) => {
      execution.divergence = difference;
      await move(runner, execution, to);
      await runner.ended("e", 1_000);
      expect([ran, execution.status, execution.divergence]).toEqual([["rehearse b2", "turn b2"], "waiting", null]);
    });
  });

  it("is for executions of its workflow alone", () =>
    withExecution("waiting", async ({ runner, execution, ran }) => {
      expect(await move(runner, execution, { ...to, workflowId: "other" })).toMatchObject({ ok: false, code: "conflict" });
      expect(ran).toEqual([]);
    }));
});

describe("a re-run", () => {
  it("has copies of large values under its own name, its own tag for secrets, and the seed and clock of the first", () =>
    withExecution("completed", async ({ runner, execution, blobs }) => {
      const large = encodeSpilled({ key: "values/t/e/large", bytes: 6, form: "value" });
      runner.save({ ...execution, variables: JSON.stringify({ values: { PLAN: "pro" }, tag: "the old one's" }) }, () => runner.store.journal.append("e", JSON.stringify([toRow(step("name", { output: large }))])));
      const stored = runner.store.find("e");
      const reply = await fork(runner, stored ?? execution, { id: "n", from: "hold-1", input: null, to: null, digest: "d" });
      if (!reply.ok || !reply.value.copied) throw new Error(JSON.stringify(reply));
      const { copied, bundle, version, input, trigger, timeoutMs } = reply.value;
      expect(JSON.parse(copied.variables ?? "")).toEqual({ values: { PLAN: "pro" }, tag: "its own" });
      expect(copied.lineage).toEqual({ of: "e", from: "hold-1", digest: "d", seed: "e:1", createdAt: 7 });
      const request = { tenant: "t", id: "n", workflowId: "w", bundle, version, input, trigger, timeoutMs, createdAt: 9, parent: null };
      const begin = (digest: string) => adopt(runner, () => runner.store.find("n"), request, digest, copied, () => {});
      expect(await begin("d")).toMatchObject({ ok: true, value: { id: "n", created: true } });
      const [kept] = runner.store.journal.steps("n");
      const key = spilledIn(kept?.output ?? "")?.key ?? "";
      expect(key).toMatch(/^values\/t\/n\//);
      expect(blobs.get(key)).toEqual(blobs.get("values/t/e/large"));
      expect(runner.store.journal.steps("n").map(({ key: own }) => own)).toEqual(["name-1"]);
      expect(await begin("d")).toMatchObject({ ok: true, value: { created: false } });
      expect(await begin("other")).toMatchObject({ ok: false, code: "idempotency-key-reused" });
    }));

  it("is not made of one that is under way", () =>
    withExecution("waiting", async ({ runner, execution }) => {
      expect(await fork(runner, execution, { id: "n", from: "name-1", input: null, to: null, digest: "d" })).toMatchObject({ ok: false, code: "conflict" });
    }));
});
