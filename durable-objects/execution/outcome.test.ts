import { describe, expect, it } from "vitest";
import { applyOutcome, underWay, waitingStatus } from "./outcome.ts";
import { type Execution, newExecution, type OpenStep } from "./state.ts";

const now = 1_000_000;

function execution(): Execution {
  return newExecution({ tenant: "t", id: "e", workflowId: "w", bundle: "b", version: 1, trigger: { kind: "manual" }, input: "j{}", timeoutMs: 60_000, createdAt: now, parent: null });
}

const step = (over: Partial<OpenStep>): OpenStep => ({ key: "s-1", kind: "sleep", status: "waiting", due: null, detail: null, child: null, ...over });

describe("the status of a waiting execution", () => {
  it("is sleeping when only time will wake it", () => {
    expect(waitingStatus([step({}), step({ kind: "do", status: "retrying" })])).toBe("sleeping");
  });

  it("is waiting when an event or a child will", () => {
    expect(waitingStatus([step({}), step({ kind: "event" })])).toBe("waiting");
    expect(waitingStatus([step({ kind: "invoke" })])).toBe("waiting");
  });

  it("is pending_approval before anything else", () => {
    expect(waitingStatus([step({ kind: "event" }), step({ kind: "approval" })])).toBe("pending_approval");
  });
});

describe("a turn's outcome", () => {
  it("wakes a suspended execution at the earliest of its steps, and ends it at its timeout", () => {
    const subject = execution();
    applyOutcome(subject, { type: "suspended" }, [step({ due: now + 500 }), step({ due: now + 90 })], now);
    expect(subject.timers).toEqual({ wake: now + 90, timeout: now + 60_000 });
  });

  it("does not wake for steps that were given up", () => {
    const subject = execution();
    applyOutcome(subject, { type: "suspended" }, [step({ status: "cancelled", due: now + 5 }), step({ kind: "event" })], now);
    expect(subject.timers.wake).toBeUndefined();
  });

  it("asks after children again when one is awaited", () => {
    const subject = execution();
    applyOutcome(subject, { type: "suspended" }, [step({ kind: "invoke" })], now);
    expect(subject.timers.children).toBeGreaterThan(now);
  });

  it("leaves no timer behind when the first turn ends the execution", () => {
    const subject = execution();
    applyOutcome(subject, { type: "completed", output: "j1" }, [], now);
    expect(subject).toMatchObject({ status: "completed", output: "j1", completedAt: now, timers: {} });
  });

  it("reports a later end again, in case the first report is lost", () => {
    const subject = { ...execution(), stored: true };
    applyOutcome(subject, { type: "failed", error: { name: "Error", message: "no" } }, [], now);
    expect(subject.status).toBe("failed");
    expect(subject.timers.report).toBeGreaterThan(now);
  });

  it("counts a continued execution's runs and keeps a lease until the next turn", () => {
    const subject = execution();
    applyOutcome(subject, { type: "continued", input: "j2" }, [], now);
    expect(subject.run).toBe(2);
    expect(subject.request.input).toBe("j2");
    expect(subject.timers.lease).toBeGreaterThan(now);
  });

  it("stops a stalled execution without ending it", () => {
    const subject = execution();
    applyOutcome(subject, { type: "stalled", divergence: { at: 1, expected: "a", found: "b", hint: "" } }, [], now);
    expect(subject).toMatchObject({ status: "stalled", completedAt: null, timers: {} });
  });

  it("always raises the revision, so that the index takes the news", () => {
    const subject = execution();
    applyOutcome(subject, { type: "suspended" }, [], now);
    applyOutcome(subject, { type: "paused" }, [], now);
    expect(subject.revision).toBe(3);
  });
});

describe("a turn under way", () => {
  it("keeps its timeout and is restarted only by its lease", () => {
    const timers = underWay({ wake: 1, kick: 2, timeout: 3, children: 4 }, now);
    expect(timers).toEqual({ timeout: 3, children: 4, lease: expect.any(Number) });
  });
});
