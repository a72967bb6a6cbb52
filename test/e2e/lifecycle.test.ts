import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionSummary, ExecutionView, LogEntry } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { Recorder } from "../support/recorder.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let api: Api;
let recorder: Recorder;

beforeAll(async () => {
  [server, recorder] = await Promise.all([startServer({ egressAllow: "127.0.0.1" }), Recorder.open()]);
  api = server.api;
  await api.deploy(await bundle("./workflows/lifecycle.ts", import.meta.url));
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await recorder?.close();
});

const start = (workflow: string, more: Record<string, unknown> = {}): Promise<string> => api.start(workflow, { recorder: recorder.url, ...more });
const labels = (id: string): string[] => recorder.of(id).map(({ label }) => label);
const waiting = ({ status }: ExecutionView): boolean => status === "waiting";
const output = (view: ExecutionView, key: string): unknown => view.steps.find((step) => step.key === key)?.output;

describe("pause and resume", () => {
  test("a paused execution takes events, and gets them when it is resumed", async () => {
    const id = await start("held");
    await api.reach(id, waiting);
    expect(await api.expect(api.post(`/executions/${id}/pause`), 202)).toMatchObject({ status: "paused" });
    expect((await api.send(id, "go", { name: "Ada" })).status).toBe(202);
    expect(await api.execution(id, 300)).toMatchObject({ status: "paused", steps: [{ key: "before-1" }, { key: "hold-1", status: "waiting" }] });
    await api.expect(api.post(`/executions/${id}/resume`), 202);
    expect(await api.end(id)).toMatchObject({ status: "completed", output: { name: "Ada" } });
  });

  test("a paused sleep does not end the execution; resumed after its time, it ends at once", async () => {
    const id = await start("nap", { pauseMs: 600 });
    await api.expect(api.post(`/executions/${id}/pause`), 202);
    expect((await api.execution(id, 1_200)).status).toBe("paused");
    await api.expect(api.post(`/executions/${id}/resume`), 202);
    expect(await api.end(id)).toMatchObject({ status: "completed", output: "rested" });
  });

  test("what has ended can be neither paused nor resumed", async () => {
    const id = await start("nap");
    await api.end(id);
    expect([(await api.post(`/executions/${id}/pause`)).status, (await api.post(`/executions/${id}/resume`)).status]).toEqual([409, 409]);
  });
});

describe("cancel", () => {
  test("without rollback nothing is undone, and the child is cancelled too", async () => {
    const id = await start("booking");
    const child = await childOf(id);
    await api.reach(child.id, waiting);
    await api.expect(api.post(`/executions/${id}/cancel`, { reason: "changed my mind" }), 202);
    expect(await api.end(id)).toMatchObject({ status: "cancelled", error: { message: "changed my mind" } });
    expect((await api.end(child.id)).status).toBe("cancelled");
    expect([labels(id), labels(child.id)]).toEqual([["book", "charge"], ["reserve"]]);
  });

  test("with rollback the steps are undone in reverse order, in the child too", async () => {
    const id = await start("booking");
    const child = await childOf(id);
    await api.reach(child.id, waiting);
    await api.expect(api.post(`/executions/${id}/cancel`, { rollback: true }), 202);
    expect((await api.end(id)).status).toBe("cancelled");
    const { status, steps } = await api.end(child.id);
    expect(status).toBe("cancelled");
    expect(labels(id)).toEqual(["book", "charge", "undo charge", "undo book"]);
    // The handler is given what its step had returned.
    expect(labels(child.id)).toEqual(["reserve", `unreserve ${steps.find(({ key }) => key === "reserve-1")?.output}`]);
  });

  test("a child that nobody waits for any more is cancelled when its parent ends", async () => {
    const id = await start("impatient");
    expect(await api.end(id)).toMatchObject({ status: "completed", output: "quick" });
    expect((await api.end((await childOf(id)).id, 20_000)).status).toBe("cancelled");
  });

  test("what has ended cannot be cancelled", async () => {
    const id = await start("nap");
    await api.end(id);
    expect((await api.post(`/executions/${id}/cancel`)).status).toBe(409);
  });

  async function childOf(parent: string): Promise<ExecutionSummary> {
    await api.reach(parent, ({ steps, status }) => steps.some(({ kind }) => kind === "invoke") || status === "completed");
    for (let left = 100; ; left--) {
      const { data } = await api.expect(api.get<{ data: ExecutionSummary[] }>(`/executions?parent_id=${parent}`), 200);
      if (data[0]) return data[0];
      if (left === 0) throw new Error(`${parent} has started no child`);
    }
  }
});

describe("retry", () => {
  test("goes on from the failed step and keeps what had been done before", async () => {
    const id = await start("three", { fail: 1 });
    const failed = await api.end(id);
    expect([failed.status, failed.error?.message]).toEqual(["failed", "the recorder answered 503"]);
    await api.expect(api.post(`/executions/${id}/retry`), 202);
    const done = await api.reach(id, ({ status }) => status === "completed");
    expect(done.steps.map(({ key, status }) => [key, status])).toEqual([
      ["first-1", "completed"],
      ["second-1", "completed"],
      ["third-1", "completed"],
    ]);
    expect(output(done, "first-1")).toBe(output(failed, "first-1"));
    expect(new Set(recorder.of(id).map(({ key }) => key)).size).toBe(1);
  });

  test("from a named step runs that one and the later ones again, under new idempotency keys", async () => {
    const id = await start("three");
    const before = await api.end(id);
    await api.expect(api.post(`/executions/${id}/retry`, { from: "second-1" }), 202);
    const after = await api.reach(id, (view) => view.status === "completed" && output(view, "third-1") !== output(before, "third-1"));
    expect(output(after, "first-1")).toBe(output(before, "first-1"));
    expect(output(after, "second-1")).not.toBe(output(before, "second-1"));
    expect(new Set(recorder.of(id).map(({ key }) => key)).size).toBe(2);
  });

  test("a step that is not there is refused with the steps there are", async () => {
    const id = await start("three");
    await api.end(id);
    const { status, body } = await api.post<{ detail: string }>(`/executions/${id}/retry`, { from: "fourth-1" });
    expect([status, body.detail]).toEqual([404, expect.stringContaining("first-1, second-1, third-1")]);
  });

  test("of a parent whose child failed runs the child again", async () => {
    const id = await start("flaky-parent", { fail: 1 });
    expect((await api.end(id)).status).toBe("failed");
    await api.expect(api.post(`/executions/${id}/retry`), 202);
    expect(await api.reach(id, ({ status }) => status !== "running" && status !== "waiting", 20_000)).toMatchObject({ status: "completed", output: { child: expect.stringContaining("try#") } });
  });

  test("as new starts another execution with the same input, once per Idempotency-Key", async () => {
    const id = await start("three");
    await api.end(id);
    const rerun = (): Promise<{ new_execution_id: string }> => api.expect(api.post<{ new_execution_id: string }>(`/executions/${id}/retry`, { mode: "new" }, { "idempotency-key": "again" }), 202);
    const [first, second] = [await rerun(), await rerun()];
    expect(first.new_execution_id).not.toBe(id);
    expect(second.new_execution_id).toBe(first.new_execution_id);
    expect(await api.end(first.new_execution_id)).toMatchObject({ status: "completed", input: { recorder: recorder.url }, trigger_data: { kind: "rerun", source: id } });
  });
});

describe("starting", () => {
  test("one Idempotency-Key starts one execution, also when it is sent many times at once", async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => api.start("nap", {}, "the same key")));
    expect(new Set(ids).size).toBe(1);
    expect(await api.start("nap", {}, "the same key")).toBe(ids[0]);
    expect(await api.start("nap", {}, "another key")).not.toBe(ids[0]);
  });

  test("an approval is decided once", async () => {
    const id = await start("approved");
    await api.reach(id, ({ status }) => status === "pending_approval");
    const decide = (decision: string): Promise<{ status: number }> => api.post(`/executions/${id}/approvals/sign-1/decide`, { decision, comment: "fine" });
    expect((await decide("approved")).status).toBe(202);
    expect(await api.end(id)).toMatchObject({ status: "completed", output: { decision: "approved", comment: "fine" } });
    expect((await decide("rejected")).status).toBe(409);
  });
});

describe("looking", () => {
  test("lists filter by workflow, status and trigger, and page by cursor", async () => {
    const ids = [await api.start("nap"), await api.start("nap"), await api.start("nap", { pauseMs: 3_600_000 })];
    await Promise.all(ids.slice(0, 2).map((id) => api.end(id)));
    const list = (query: string): Promise<{ data: ExecutionSummary[]; pagination: { next_cursor: string | null } }> => api.expect(api.get(`/executions?workflow_id=nap&${query}`), 200);
    const sleeping = await list("status=sleeping");
    expect(sleeping.data.map(({ id }) => id)).toEqual([ids[2]]);
    expect((await list("trigger=webhook")).data).toEqual([]);
    expect((await list("trigger=api&status=completed")).data.map(({ id }) => id)).toEqual(expect.arrayContaining(ids.slice(0, 2)));
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await list(`limit=1${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.pagination.next_cursor;
    }
    expect(seen).toEqual((await list("limit=200")).data.map(({ id }) => id));
    expect(seen.slice(0, 3)).toEqual([...ids].reverse());
  });

  test("logs tell what code wrote, each line once, in order, with its step", async () => {
    const id = await start("three", { fail: 1 });
    await api.end(id);
    await api.expect(api.post(`/executions/${id}/retry`), 202);
    await api.reach(id, ({ status }) => status === "completed");
    const { data } = await api.expect(api.get<{ data: LogEntry[] }>(`/executions/${id}/logs`), 200);
    expect(data.map(({ level, message, step }) => [level, message, step])).toEqual([
      ["info", `starting ${id}`, null],
      ["warn", "drawing", "first-1"],
    ]);
    const rest = await api.expect(api.get<{ data: LogEntry[] }>(`/executions/${id}/logs?after=${data[0]?.seq}`), 200);
    expect(rest.data).toEqual(data.slice(1));
  });
});
