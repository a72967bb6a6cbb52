/**
 * Executions that were accepted and whose process died before their first row: the hub has
 * their start, their object knows nothing of them. Real objects.
 */
import { describe, expect, it } from "vitest";
import type { StartRequest } from "../../durable-objects/execution/contract.ts";
import { indexEntry } from "../../durable-objects/execution/index-entry.ts";
import { newExecution } from "../../durable-objects/execution/state.ts";
import { newExecutionId } from "../../durable-objects/placement.ts";
import { type HubPort, objectsOf } from "../domain/ports.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";

const h = harness(objectsOf);
const objects = objectsOf(env);

/** As the crash leaves it. */
async function accepted(tenant: Tenant): Promise<string> {
  const start: StartRequest = {
    tenant: tenant.id,
    id: newExecutionId("own", Date.now()),
    workflowId: "hello",
    bundle: "0".repeat(64),
    version: 3,
    trigger: { kind: "api", source: "default" },
    input: 'j{"name":"Ada"}',
    timeoutMs: null,
    createdAt: Date.now(),
    parent: null,
  };
  await objects.hub(tenant.id).put(indexEntry(newExecution(start)));
  return start.id;
}

describe("an execution that only the hub knows", () => {
  it("is shown as running without steps or logs, which begins nothing", async () => {
    const tenant = await h.newTenant();
    const id = await accepted(tenant);
    const shown = await tenant.call("GET", `/executions/${id}?wait=1000`);
    expect(shown).toMatchObject({ status: 200, body: { id, workflow_id: "hello", version: 3, status: "running", input: { name: "Ada" }, steps: [], output: null, error: null } });
    expect(await tenant.call("GET", `/executions/${id}/logs`)).toMatchObject({ status: 200, body: { data: [] } });
    expect(await objects.execution(tenant.id, id).get(tenant.id, id, 0)).toMatchObject({ ok: false, code: "not-found" });
  });

  it("takes an event, keeps it, and is in its object from then on", async () => {
    const tenant = await h.newTenant();
    const id = await accepted(tenant);
    const send = () => tenant.call("POST", `/executions/${id}/events`, { type: "paid", payload: 1 }, { "idempotency-key": "e" });
    expect(await send()).toMatchObject({ status: 202, body: { accepted: true } });
    expect(await objects.execution(tenant.id, id).get(tenant.id, id, 0)).toMatchObject({ ok: true });
    expect(await send()).toMatchObject({ status: 202, body: { accepted: false } });
  });

  it("is cancelled, paused, and asked for what it never had, as any other", async () => {
    const tenant = await h.newTenant();
    const [one, two, three] = [await accepted(tenant), await accepted(tenant), await accepted(tenant)];
    expect(await tenant.call("POST", `/executions/${one}/cancel`)).toMatchObject({ status: 202, body: { status: "cancelled" } });
    expect((await tenant.call("GET", `/executions/${one}`)).body).toMatchObject({ status: "cancelled" });
    expect(await tenant.call("POST", `/executions/${two}/pause`)).toMatchObject({ status: 202, body: { status: "paused" } });
    expect(await tenant.call("POST", `/executions/${three}/approvals/a-1/decide`, { decision: "approved" })).toMatchObject({ status: 409 });
  });

  it("can be started anew", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const id = await accepted(tenant);
    const { status, body } = await tenant.call("POST", `/executions/${id}/retry`, { mode: "new" });
    expect(status).toBe(202);
    expect((await tenant.call("GET", `/executions/${String(body["new_execution_id"])}`)).body).toMatchObject({ trigger: "rerun", input: { name: "Ada" } });
  });

  it("is not found by another tenant", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = await accepted(theirs);
    expect((await mine.call("GET", `/executions/${id}`)).status).toBe(404);
    expect((await mine.call("POST", `/executions/${id}/cancel`)).status).toBe(404);
  });
});

describe("an execution that can not be begun just now", () => {
  it("answers 503 to what it should be told, and says that it will be", async () => {
    const busy = harness((bindings) => ({
      execution: (tenant, id) => objectsOf(bindings).execution(tenant, id),
      hub: failing,
    }));
    const tenant = await busy.newTenant();
    const id = await accepted(tenant);
    expect(await tenant.call("POST", `/executions/${id}/cancel`)).toMatchObject({ status: 503, body: { code: "unavailable", detail: expect.stringContaining("tried again by itself") } });
    expect((await tenant.call("GET", `/executions/${id}`)).status).toBe(200);
  });
});

function failing(tenant: string): HubPort {
  const hub = objects.hub(tenant);
  return { list: (query) => hub.list(query), find: (id) => hub.find(id), counts: () => hub.counts(), activity: (buckets) => hub.activity(buckets), restart: () => Promise.reject(new Error("overloaded")) };
}
