import { describe, expect, it } from "vitest";
import { decode } from "../../sdk/schema/codec.ts";
import { pendingApproval } from "./testing/approvals.ts";
import { harness, type Tenant } from "./testing/harness.ts";

const h = harness();

async function running(tenant: Tenant, input: unknown = {}): Promise<string> {
  await tenant.deploy({});
  return String((await tenant.call("POST", "/workflows/hello/execute", { input })).body["execution_id"]);
}

describe("executions", () => {
  it("are shown at both paths, at once or after a wait", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant, { name: "Ada" });
    for (const path of [`/executions/${id}`, `/workflows/executions/${id}?wait=100`]) {
      expect((await tenant.call("GET", path)).body).toMatchObject({ id, workflow_id: "hello", input: { name: "Ada" }, trigger_data: { kind: "api" } });
    }
    expect(h.objects.told(id)).toEqual([["get", 100]]);
  });

  it("are listed with filters and cursors, in all and by workflow", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant);
    await tenant.call("POST", "/workflows/hello/execute", {});
    await tenant.call("POST", `/executions/${id}/pause`);
    expect((await tenant.call("GET", "/executions?status=paused&workflow_id=hello")).body.data).toMatchObject([{ id, status: "paused" }]);

    const page = await tenant.call("GET", "/workflows/hello/executions?limit=1");
    expect(page.body).toMatchObject({ executions: [{ id }], pagination: { next_cursor: expect.any(String), per_page: 1 } });
    const { next_cursor: cursor } = page.body["pagination"] as { next_cursor: string };
    expect((await tenant.call("GET", `/workflows/hello/executions?limit=1&cursor=${cursor}`)).body).toMatchObject({ pagination: { next_cursor: null } });
    expect((await tenant.call("GET", "/executions?status=nonsense")).status).toBe(400);
    expect((await tenant.call("GET", "/executions?created_after=yesterday")).status).toBe(400);
  });

  it("show their log from a given entry on", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant);
    expect((await tenant.call("GET", `/executions/${id}/logs?after=1`)).body).toMatchObject({ data: [{ seq: 2 }, { seq: 3 }], pagination: { next_cursor: null } });
    expect((await tenant.call("GET", `/executions/${id}/logs?limit=2`)).body).toMatchObject({ pagination: { next_cursor: "2" } });
  });

  it("are paused, resumed, cancelled and retried", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant);
    expect(await tenant.call("POST", `/executions/${id}/pause`)).toMatchObject({ status: 202, body: { execution_id: id, status: "paused" } });
    expect((await tenant.call("POST", `/workflows/executions/${id}/resume`)).body).toMatchObject({ status: "running" });
    expect((await tenant.call("POST", `/executions/${id}/cancel`, { rollback: true, reason: "no longer needed" })).body).toMatchObject({ status: "cancelled" });
    expect((await tenant.call("POST", `/workflows/executions/${id}/retry`, { from: "charge-1" })).body).toMatchObject({ new_execution_id: id, status: "running", started_at: expect.any(String) });
    expect(h.objects.told(id)).toEqual([["pause"], ["resume"], ["cancel", { rollback: true, reason: "no longer needed" }], ["retry", "charge-1"]]);
  });

  it("are cancelled without rollback when nothing is said", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant);
    await tenant.call("POST", `/executions/${id}/cancel`);
    expect(h.objects.told(id)).toEqual([["cancel", { rollback: false, reason: "" }]]);
  });

  it("are started anew with the same input on the current version, once per Idempotency-Key", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant, { name: "Ada" });
    await tenant.deploy({ title: "Second" });
    const again = () => tenant.call("POST", `/executions/${id}/retry`, { mode: "new" }, { "idempotency-key": "k" });
    const first = await again();
    expect(first.status).toBe(202);
    expect(first.body["new_execution_id"]).not.toBe(id);
    expect(h.objects.started.at(-1)).toMatchObject({ id: first.body["new_execution_id"], version: 2, input: 'j{"name":"Ada"}', trigger: { kind: "rerun", source: id } });
    expect((await again()).body).toEqual(first.body);
  });

  it("get events, once per Idempotency-Key", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant);
    const send = () => tenant.call("POST", `/executions/${id}/events`, { type: "paid", payload: { amount: 5 } }, { "idempotency-key": "e1" });
    expect(await send()).toMatchObject({ status: 202, body: { accepted: true } });
    expect((await send()).body).toEqual({ accepted: false });
    expect(h.objects.told(id)).toEqual([["send", "paid", 'j{"amount":5}']]);
  });

  it("get decisions with who decided and when", async () => {
    const tenant = await h.newTenant();
    const id = await running(tenant);
    await pendingApproval(tenant, { execution: id, step: "sign-off-1" });
    expect((await tenant.call("POST", `/executions/${id}/approvals/sign-off-1/decide`, { decision: "maybe" })).status).toBe(400);
    expect((await tenant.call("POST", `/executions/${id}/approvals/sign-off-1/decide`, { decision: "approved", comment: "fine" })).status).toBe(202);
    const [, step, outcome] = h.objects.told(id)[0] ?? [];
    expect(step).toBe("sign-off-1");
    expect(decode(String(outcome))).toMatchObject({ decision: "approved", comment: "fine", decided_by: "default", decided_at: expect.any(Date) });
  });

  it("of another tenant are not found, whatever is asked", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = await running(theirs);
    const asked = [
      ["GET", ""],
      ["GET", "/logs"],
      ["POST", "/cancel", {}],
      ["POST", "/pause"],
      ["POST", "/resume"],
      ["POST", "/retry", {}],
      ["POST", "/retry", { mode: "new" }],
      ["POST", "/events", { type: "paid" }],
      ["POST", "/approvals/a-1/decide", { decision: "approved" }],
    ] as const;
    for (const [method, path, body] of asked) {
      const answer = await mine.call(method, `/executions/${id}${path}`, body);
      expect(answer, `${method} ${path}`).toMatchObject({ status: 404, body: { code: "not-found" } });
    }
    expect(h.objects.told(id)).toEqual([]);
    expect((await mine.call("GET", "/executions")).body.data).toEqual([]);
  });

  it("with an impossible id are not found", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("GET", "/executions/..%2Fother")).status).toBe(404);
  });
});
