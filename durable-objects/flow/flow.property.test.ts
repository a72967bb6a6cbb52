/**
 * The flow as a state machine: starts, ends, crashes and time in any order, on real SQLite. The
 * model knows what was offered, what has begun and what has ended, and nothing of tables.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../sdk/schema/codec.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { Env } from "../../worker/env.ts";
import type { StartRequest } from "../execution/contract.ts";
import { advance } from "./advance.ts";
import { itemOf, requestOf, saveState } from "./items.ts";
import { giveUp, offer, type Offered, release } from "./offer.ts";
import { nextWake, started, takeWork } from "./work.ts";

const { FLOW } = env as unknown as Env;

interface Input {
  customer: number;
  urgency: number;
  n: number;
}

type Step = { type: "offer"; customer: number; urgency: number } | { type: "again"; which: number } | { type: "pass"; ms: number } | { type: "end"; which: number } | { type: "cancel"; which: number } | { type: "crash" };

interface Begun {
  id: string;
  at: number;
  input: unknown;
  parent: boolean;
}

/** Drives one flow by hand. */
class Machine {
  now = 1_000_000;
  readonly offered: { id: string; input: Input; at: number; kind: Offered["kind"]; as: string; child: boolean }[] = [];
  readonly begun: Begun[] = [];
  readonly running = new Set<string>();
  readonly cancelled = new Set<string>();
  readonly sql: SqlStorage;
  readonly flow: FlowManifest;

  constructor(sql: SqlStorage, flow: FlowManifest) {
    for (const table of ["state", "items", "inputs", "aliases", "starts", "throttles"]) sql.exec(`DELETE FROM ${table}`);
    this.sql = sql;
    this.flow = flow;
    saveState(sql, "t", "w", flow, this.now);
  }

  offer(input: Input, id = `x${this.offered.length}`, child = false): Offered {
    const request: StartRequest = { tenant: "t", id, workflowId: "w", bundle: "b", version: 1, trigger: { kind: "api" }, input: encode(input), timeoutMs: null, createdAt: this.now, parent: child ? { id: "p", stepKey: "s" } : null };
    const result = offer(this.sql, this.flow, request, this.now);
    if (!this.offered.some((one) => one.id === id)) this.offered.push({ id, input, at: this.now, kind: result.kind, as: "id" in result ? result.id : "", child });
    this.settle();
    return result;
  }

  /** Everything that can begin does. */
  settle(): void {
    for (;;) {
      advance(this.sql, this.flow, this.now);
      const work = takeWork(this.sql, this.now).filter(({ state }) => state !== "running");
      if (work.length === 0) return;
      for (const item of work) {
        if (item.state === "ending") {
          this.running.delete(item.id);
          this.cancelled.add(item.id);
          this.sql.exec("DELETE FROM items WHERE id = ?", item.id);
          continue;
        }
        const request = requestOf(item);
        this.begun.push({ id: item.id, at: this.now, input: decode(request.input), parent: request.parent !== null });
        this.running.add(item.id);
        started(this.sql, this.flow, item.id, this.now);
      }
    }
  }

  /** Time passes; every alarm on the way rings. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let rings = 0; rings < 10_000; rings++) {
      const wake = nextWake(this.sql);
      if (wake === null || wake > until) break;
      this.now = Math.max(this.now, wake);
      // Nobody has to be told here, and who runs is known.
      this.sql.exec("UPDATE items SET tell_at = NULL");
      this.sql.exec("UPDATE items SET due = ? WHERE state = 'running' AND due <= ?", this.now + 30_000, this.now);
      this.settle();
    }
    this.now = until;
    this.settle();
  }

  end(id: string): void {
    this.running.delete(id);
    release(this.sql, id);
    release(this.sql, id);
    this.settle();
  }

  /** Until nothing waits any more. */
  drain(): void {
    for (let rounds = 0; rounds < 2_000 && this.waiting() > 0; rounds++) {
      for (const id of this.running) this.end(id);
      this.pass(1_000);
    }
  }

  waiting(): number {
    return this.sql.exec<{ n: number }>("SELECT count(*) AS n FROM items WHERE state <> 'running'").one().n;
  }

  run(step: Step): void {
    const pick = <T>(list: readonly T[], which: number): T | undefined => list[which % Math.max(1, list.length)];
    if (step.type === "offer") this.offer({ customer: step.customer, urgency: step.urgency, n: this.offered.length });
    else if (step.type === "again") {
      const one = pick(this.offered, step.which);
      // What was refused may be asked for anew; what has begun, its own object knows.
      if (one && one.kind !== "refused" && itemOf(this.sql, one.id)) expect(this.offer(one.input, one.id)).toEqual({ kind: "known", id: one.id });
    } else if (step.type === "pass") this.pass(step.ms);
    else if (step.type === "end") {
      const id = pick([...this.running], step.which);
      if (id) this.end(id);
    } else if (step.type === "cancel") {
      const one = pick(this.offered.filter(({ kind, id }) => kind === "taken" && !this.running.has(id) && !this.begun.some((begun) => begun.id === id) && !this.cancelled.has(id)), step.which);
      if (one) expect(giveUp(this.sql, one.id, "not wanted", this.now)).toBe(true);
      this.settle();
    } else this.settle();
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("offer" as const), customer: fc.integer({ min: 1, max: 3 }), urgency: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("again" as const), which: fc.nat(50) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("end" as const), which: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel" as const), which: fc.nat(50) }) },
);

const key = fc.constantFrom({}, { key: "customer" });
const steps = fc.array(step, { minLength: 1, maxLength: 60 });

/** Runs the same with many machines, one after another in one object. */
function check<T extends FlowManifest>(flow: fc.Arbitrary<T>, after: (machine: Machine, flow: T) => void, during: (machine: Machine, flow: T) => void = () => {}): Promise<void> {
  return runInDurableObject(FLOW.getByName(crypto.randomUUID()), (_, state) => {
    fc.assert(
      fc.property(flow, steps, (flow, steps) => {
        state.storage.transactionSync(() => {
          const machine = new Machine(state.storage.sql, flow);
          for (const one of steps) {
            machine.run(one);
            during(machine, flow);
          }
          machine.drain();
          everythingBegunOnce(machine);
          after(machine, flow);
        });
      }),
      { numRuns: 150 },
    );
  });
}

function everythingBegunOnce({ offered, begun, cancelled }: Machine): void {
  const ids = begun.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const taken = offered.filter(({ kind }) => kind === "taken").map(({ id }) => id);
  expect([...new Set([...ids, ...cancelled])].sort()).toEqual(taken.sort());
}

const of = (rule: { key?: string } | undefined, { customer }: Input): number => (rule?.key === undefined ? 0 : customer);
const inputOf = (machine: Machine, id: string): Input => machine.offered.find((one) => one.id === id)?.input ?? { customer: 0, urgency: 0, n: -1 };

/** Begun in the order of urgency, then of arrival, among those that waited at the same time for the same key. */
function inOrder({ begun, offered }: Machine, same: (one: Input, other: Input) => boolean): void {
  const at = new Map(offered.map((one) => [one.id, one]));
  for (const [index, first] of begun.entries()) {
    for (const later of begun.slice(index + 1)) {
      const [one, other] = [at.get(first.id), at.get(later.id)];
      if (!one || !other || !same(one.input, other.input)) continue;
      // It was there when the first began, and had to wait.
      if (other.input.n > one.input.n || other.at > first.at) expect(other.input.urgency > one.input.urgency && other.at < first.at, `${later.id} after ${first.id}`).toBe(false);
      else expect(one.input.urgency, `${first.id} overtook ${later.id}`).toBeGreaterThan(other.input.urgency);
    }
  }
}

const timeout = 60_000;

describe("concurrency", () => {
  it("is never above the limit for a key, and keeps the order within a priority", { timeout }, () =>
    check(
      fc.record({ concurrency: fc.record({ limit: fc.integer({ min: 1, max: 3 }) }).chain((rule) => key.map((keyed) => ({ ...rule, ...keyed }))), priority: fc.constantFrom(0, "urgency") }),
      (machine, { concurrency, priority }) => {
        if (priority === "urgency") inOrder(machine, (one, other) => of(concurrency, one) === of(concurrency, other));
        else expect([1, 2, 3].flatMap((customer) => (concurrency.key ? [customer] : customer === 1 ? [0] : [])).every((group) => isSorted(machine.begun.map(({ id }) => inputOf(machine, id)).filter((input) => of(concurrency, input) === group).map(({ n }) => n)))).toBe(true);
      },
      (machine, { concurrency }) => {
        const counts = new Map<number, number>();
        for (const id of machine.running) counts.set(of(concurrency, inputOf(machine, id)), (counts.get(of(concurrency, inputOf(machine, id))) ?? 0) + 1);
        expect(Math.max(0, ...counts.values())).toBeLessThanOrEqual(concurrency.limit);
        // Nobody waits while there is room.
        const waits = new Set(machine.sql.exec<{ ckey: string }>("SELECT DISTINCT ckey FROM items WHERE state = 'queued'").toArray().map(({ ckey }) => (ckey === "" ? 0 : Number(ckey))));
        for (const group of waits) expect(counts.get(group)).toBe(concurrency.limit);
      },
    ));
});

describe("throttle", () => {
  it("spreads starts over the period, `burst` of them at once, and loses none", { timeout }, () =>
    check(
      fc.record({ throttle: fc.record({ limit: fc.integer({ min: 1, max: 5 }), period_ms: fc.integer({ min: 500, max: 3_000 }), burst: fc.integer({ min: 1, max: 3 }) }).chain((rule) => key.map((keyed) => ({ ...rule, ...keyed }))) }),
      (machine, { throttle }) => {
        const interval = throttle.period_ms / throttle.limit;
        for (const group of new Set(machine.begun.map(({ id }) => of(throttle, inputOf(machine, id))))) {
          const mine = machine.begun.filter(({ id }) => of(throttle, inputOf(machine, id)) === group);
          expect(isSorted(mine.map(({ id }) => inputOf(machine, id).n))).toBe(true);
          // Any `burst` + n starts take at least n intervals.
          for (let from = 0; from < mine.length; from++) for (let to = from + throttle.burst; to < mine.length; to++) expect((mine[to]?.at ?? 0) - (mine[from]?.at ?? 0)).toBeGreaterThan((to - from - throttle.burst + 1) * interval - 1 - 1e-6);
        }
      },
    ));
});

describe("rate limit", () => {
  it("takes no more than so many in any period, and refuses only what is more", { timeout }, () =>
    check(
      fc.record({ rate_limit: fc.record({ limit: fc.integer({ min: 1, max: 4 }), period_ms: fc.integer({ min: 500, max: 5_000 }) }).chain((rule) => key.map((keyed) => ({ ...rule, ...keyed }))) }),
      (machine, { rate_limit: rule }) => {
        for (const [index, one] of machine.offered.entries()) {
          const before = machine.offered.slice(0, index).filter((other) => other.kind === "taken" && of(rule, other.input) === of(rule, one.input) && other.at > one.at - rule.period_ms);
          expect(one.kind).toBe(before.length >= rule.limit ? "refused" : "taken");
        }
        for (const { id, at } of machine.begun) expect(at).toBe(machine.offered.find((one) => one.id === id)?.at);
      },
    ));
});

describe("debounce", () => {
  it("starts once after silence, or at the timeout, with what came last", { timeout }, () =>
    check(
      fc.record({ debounce: fc.record({ period_ms: fc.integer({ min: 200, max: 2_000 }), timeout_ms: fc.option(fc.integer({ min: 2_000, max: 6_000 }), { nil: undefined }) }).chain((rule) => key.map((keyed) => ({ ...rule, ...keyed }))) }),
      (machine, { debounce: rule }) => {
        for (const { id, at, input } of machine.begun) {
          const joined = machine.offered.filter((one) => one.as === id);
          const last = joined.at(-1);
          expect(input).toEqual(last?.input);
          const first = joined[0]?.at ?? 0;
          expect(at).toBe(Math.min((last?.at ?? 0) + rule.period_ms, first + (rule.timeout_ms ?? Infinity)));
          for (const [index, one] of joined.entries()) if (index > 0) expect(one.at - (joined[index - 1]?.at ?? 0)).toBeLessThanOrEqual(rule.period_ms);
        }
        expect(machine.offered.every(({ kind }) => kind === "taken" || kind === "joined")).toBe(true);
      },
    ));
});

describe("batch", () => {
  it("hands every input over once, in order, when it is full or its time has come", { timeout }, () =>
    check(
      fc.record({ batch: fc.record({ size: fc.integer({ min: 1, max: 5 }), timeout_ms: fc.integer({ min: 500, max: 4_000 }) }).chain((rule) => key.map((keyed) => ({ ...rule, ...keyed }))) }),
      (machine, { batch }) => {
        for (const { id, at, input } of machine.begun) {
          const { items } = input as { items: Input[] };
          const joined = machine.offered.filter((one) => one.as === id);
          expect(items).toEqual(joined.map((one) => one.input));
          expect(items.length).toBeLessThanOrEqual(batch.size);
          expect(new Set(items.map((one) => of(batch, one))).size).toBe(1);
          expect(at).toBe(items.length === batch.size ? joined.at(-1)?.at : (joined[0]?.at ?? 0) + batch.timeout_ms);
        }
      },
    ));
});

describe("singleton", () => {
  it("runs one at a time for a key; others are refused, or take its place", { timeout }, () =>
    check(
      fc.record({ singleton: fc.record({ mode: fc.constantFrom("skip" as const, "cancel" as const) }).chain((rule) => key.map((keyed) => ({ ...rule, ...keyed }))) }),
      (machine, { singleton }) => {
        if (singleton.mode === "cancel") expect(machine.offered.every(({ kind }) => kind === "taken")).toBe(true);
        else for (const { id, at } of machine.begun) expect(at).toBe(machine.offered.find((one) => one.id === id)?.at);
      },
      (machine, { singleton }) => {
        const groups = [...machine.running].map((id) => of(singleton, inputOf(machine, id)));
        expect(new Set(groups).size).toBe(groups.length);
        // Of those that took each other's place the last is left.
        if (singleton.mode === "cancel") expect(machine.waiting()).toBe(0);
      },
    ));
});

describe("all at once", () => {
  it("nothing is lost, and nothing begins twice", { timeout }, () =>
    check(
      fc.record(
        {
          concurrency: fc.record({ limit: fc.integer({ min: 1, max: 3 }), key: fc.constantFrom("customer", "urgency") }),
          throttle: fc.record({ limit: fc.integer({ min: 1, max: 5 }), period_ms: fc.integer({ min: 500, max: 2_000 }), burst: fc.integer({ min: 1, max: 2 }) }),
          rate_limit: fc.record({ limit: fc.integer({ min: 2, max: 9 }), period_ms: fc.constant(3_000) }),
          debounce: fc.record({ period_ms: fc.integer({ min: 200, max: 1_000 }), key: fc.constant("customer") }),
          singleton: fc.record({ mode: fc.constantFrom("skip" as const, "cancel" as const), key: fc.constant("customer") }),
          priority: fc.constant("urgency"),
        },
        { requiredKeys: [] },
      ),
      () => {},
    ));
});

function isSorted(list: readonly number[]): boolean {
  return list.every((value, index) => index === 0 || value > (list[index - 1] ?? 0));
}
