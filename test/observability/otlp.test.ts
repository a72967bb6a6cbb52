import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { type Execution, newExecution } from "../../durable-objects/execution/state.ts";
import type { Trigger } from "../../sdk/schema/execution.ts";
import { type StepRecord, toRow } from "../../sdk/schema/journal.ts";
import { otlpTarget, TraceExporter } from "../../worker/observability/otlp.ts";
import { type Span, traceSpans } from "../../worker/observability/trace.ts";
import { parseTraceparent, spanIdOf, traceparentOf } from "../../worker/observability/trace-context.ts";
import { traceRequest } from "./otlp-shape.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

const id = "01990000-0000-7000-8000-0000000000a0";
const began = Date.UTC(2026, 10, 21);

function execution(more: Partial<Execution> = {}, trigger: Trigger = { kind: "api" }): Execution {
  return { ...newExecution({ tenant: "t", id, workflowId: "invoice", bundle: "b", version: 3, trigger, input: '["secret input"]', timeoutMs: null, createdAt: began, parent: null }), status: "completed", completedAt: began + 900, ...more };
}

function step(key: string, more: Partial<StepRecord> = {}): StepRecord {
  return { key, name: key.replace(/-\d+$/, ""), count: 1, kind: "do", status: "completed", started: 1, ended: 2, attempt: 1, startedAt: began + 100, endedAt: began + 200, due: null, output: '["secret output"]', error: null, detail: null, ...more };
}

const attribute = (span: Span | undefined, key: string) => Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0];
const receivers: Receiver[] = [];
afterEach(() => {
  for (const receiver of receivers.splice(0)) receiver.close();
});

async function exporting() {
  const receiver = await openReceiver();
  receivers.push(receiver);
  const outcomes: [string, number][] = [];
  const waits: number[] = [];
  const work: Promise<unknown>[] = [];
  const target = otlpTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20abc==, X-Team = a" });
  if (!target) throw new Error("no target");
  const exporter = new TraceExporter(target, { fetch, wait: async (ms) => void waits.push(ms), now: Date.now, done: (outcome, count) => void outcomes.push([outcome, count]) });
  const offer = (...traces: Span[][]) => {
    for (const trace of traces) exporter.offer(trace, (sending) => void work.push(sending));
  };
  return { receiver, outcomes, waits, offer, settled: () => Promise.all(work) };
}

describe("an execution as a trace", () => {
  test("is a span with one for each step, with kinds, times, attempts and codes", () => {
    const failed = { name: "Error", message: "ann@example.com has no account", code: "step-timeout" };
    const rows = [step("fetch-1", { status: "retrying", endedAt: null, ended: null, due: began + 150, error: failed, output: null }), step("fetch-1", { attempt: 2 }), step("pay-1", { status: "failed", error: failed, output: null })].map(toRow);
    const [root, fetched, paid] = traceSpans(execution({ status: "failed", error: failed }), rows);
    expect(root).toMatchObject({ traceId: id.replaceAll("-", ""), name: "invoice", kind: 2, status: { code: 2, message: "step-timeout" } });
    expect(BigInt(root?.endTimeUnixNano ?? 0) - BigInt(root?.startTimeUnixNano ?? 0)).toBe(900_000_000n);
    expect(fetched).toMatchObject({ parentSpanId: root?.spanId, name: "fetch", status: { code: 1 }, events: [{ name: "retry", timeUnixNano: `${began + 150}000000` }] });
    expect([attribute(fetched, "everstep.step.attempts"), attribute(paid, "error.type"), attribute(root, "everstep.workflow")]).toEqual(["2", "step-timeout", "invoice"]);
  });

  test("says nothing of what it got, made or said, whatever that is", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.uuid(), (input, output, message) => {
        const error = { name: message, message, stack: message };
        const whole = execution({ status: "failed", error, output });
        whole.request.input = input;
        const text = JSON.stringify(traceSpans(whole, [toRow(step("a-1", { output, error, status: "failed", detail: { input } }))]));
        expect(text).not.toContain(input);
        expect(text).not.toContain(output);
        expect(text).not.toContain(message);
      }),
    );
  });

  test("goes on with the trace that led to it, and is linked to the executions whose event did", () => {
    const incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    expect(traceSpans(execution({}, { kind: "webhook", traceparent: incoming }), [])[0]).toMatchObject({ traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: "b7ad6b7169203331" });
    const other = "01990000-0000-7000-8000-0000000000b0";
    expect(traceSpans(execution({}, { kind: "event", chain: [{ workflow_id: "w", execution_id: other }] }), [])[0]?.links).toMatchObject([{ traceId: other.replaceAll("-", ""), spanId: spanIdOf(other) }]);
    // A child's parent is the step that invoked it.
    const child = traceparentOf(id, "invoke-1", incoming);
    expect(parseTraceparent(child)).toEqual({ traceId: "0af7651916cd43dd8448eb211c80319c", parent: spanIdOf(id, "invoke-1") });
  });

  test.each(["", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"])("begins its own when what it was sent is no traceparent: %s", (text) => {
    expect(traceSpans(execution({}, { kind: "api", traceparent: text }), [])[0]).not.toHaveProperty("parentSpanId");
  });

  test("is bounded, and has the protocol's shape", () => {
    const spans = traceSpans(execution(), Array.from({ length: 3_000 }, (_, number) => toRow(step(`s-${number}`, { startedAt: began + 500, endedAt: number % 2 ? null : began }))));
    expect(spans).toHaveLength(1_001);
    expect(() => traceRequest.parse({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: "x" }, spans }] }] })).not.toThrow();
  });
});

describe("the export", () => {
  test("sends what ends together in one request, with the headers that were set", async () => {
    const { receiver, outcomes, offer, settled } = await exporting();
    offer(traceSpans(execution(), [toRow(step("a-1"))]), traceSpans(execution(), []));
    await settled();
    expect(receiver.faults).toEqual([]);
    expect(receiver.requests).toMatchObject([{ path: "/v1/traces", headers: { "content-type": "application/json", authorization: "Basic abc==", "x-team": "a" }, spans: { length: 3 } }]);
    expect(outcomes).toEqual([["exported", 2]]);
  });

  test("tries again what may pass, with growing pauses, and then drops and counts it", async () => {
    const { receiver, outcomes, waits, offer, settled } = await exporting();
    receiver.refusals.push(503, 429);
    offer(traceSpans(execution(), []));
    await settled();
    expect([outcomes, waits]).toEqual([[["exported", 1]], [1_000, 1_000, 2_000]]);
    receiver.refusals.push(503, 503, 503, 503);
    offer(traceSpans(execution(), []));
    await settled();
    expect(outcomes.at(-1)).toEqual(["dropped", 1]);
    expect(receiver.requests).toHaveLength(1);
  });

  test("does not try again what never will be taken, nor wait for a collector that is not there", async () => {
    const { receiver, outcomes, waits, offer, settled } = await exporting();
    receiver.refusals.push(400);
    offer(traceSpans(execution(), []));
    await settled();
    expect([outcomes, waits]).toEqual([[["dropped", 1]], [1_000]]);
    receiver.close();
    offer(traceSpans(execution(), []));
    await settled();
    expect(outcomes.at(-1)).toEqual(["dropped", 1]);
  });

  test("holds a bounded number of spans: what comes beyond is dropped and counted", async () => {
    const { outcomes, offer, settled } = await exporting();
    const trace = traceSpans(execution(), Array.from({ length: 999 }, (_, number) => toRow(step(`s-${number}`))));
    offer(...Array.from({ length: 30 }, () => trace));
    expect(outcomes).toHaveLength(10);
    await settled();
    expect(outcomes.reduce((sum, [, count]) => sum + count, 0)).toBe(30);
  });

  test("is off without an endpoint, and with one that is none", () => {
    expect([otlpTarget({}), otlpTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: "" }), otlpTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" })]).toEqual([null, null, null]);
  });
});
