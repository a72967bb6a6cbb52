/** Flow control over the API, with the real flow and real executions behind it. */
import { describe, expect, it } from "vitest";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import { objectsOf } from "../domain/ports.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { listed } from "./testing/people.ts";

// What these tests begin has no code: it goes on failing to run for some seconds, which is long enough.
const h = harness(objectsOf);
const one: FlowManifest = { concurrency: { limit: 1 } };

async function tenantWith(flow: FlowManifest): Promise<Tenant> {
  const tenant = await h.newTenant();
  expect((await tenant.deploy({ flow })).status).toBe(201);
  return tenant;
}
const start = (tenant: Tenant, input: object = {}, key?: string) => tenant.call("POST", "/workflows/hello/execute", { input }, key === undefined ? {} : { "idempotency-key": key });
const idOf = ({ body }: { body: Record<string, unknown> }) => String(body["execution_id"]);

describe("an execution that waits its turn", () => {
  it("is accepted, shown and listed as queued, with what it waits for", async () => {
    const tenant = await tenantWith(one);
    await start(tenant);
    const waits = await start(tenant, { n: 2 });
    expect(waits).toMatchObject({ status: 202, body: { status: "queued", created: true } });
    expect((await tenant.call("GET", `/executions/${idOf(waits)}`)).body).toMatchObject({ status: "queued", status_reason: "1 of 1 running", input: { n: 2 }, steps: [] });
    expect(listed(await tenant.call("GET", "/executions?status=queued")).map(({ id }) => id)).toEqual([idOf(waits)]);
    expect((await tenant.call("GET", "/workflows/hello")).body["executions_by_status"]).toMatchObject({ queued: 1 });
  });

  it("is shown at once to who would have waited for its end", async () => {
    const tenant = await tenantWith(one);
    await start(tenant);
    expect(await tenant.call("POST", "/workflows/hello/execute", { wait: 60_000 })).toMatchObject({ status: 200, body: { status: "queued", status_reason: "1 of 1 running" } });
  });

  it("is the same for the same key, and refused for the same key with another input", async () => {
    const tenant = await tenantWith(one);
    await start(tenant);
    const waits = await start(tenant, { n: 1 }, "key");
    expect((await start(tenant, { n: 1 }, "key")).body).toMatchObject({ execution_id: idOf(waits), status: "queued", created: false });
    expect((await start(tenant, { n: 2 }, "key")).body).toMatchObject({ code: "idempotency-key-reused" });
  });

  it("can be cancelled, and told nothing else", async () => {
    const tenant = await tenantWith(one);
    await start(tenant);
    const path = `/executions/${idOf(await start(tenant))}`;
    for (const [verb, body] of [["pause"], ["resume"], ["retry", { mode: "resume" }], ["events", { type: "go" }]] as const) expect((await tenant.call("POST", `${path}/${verb}`, body ?? {})).body, verb).toMatchObject({ code: "conflict", detail: expect.stringContaining("queued: 1 of 1 running") });
    expect((await tenant.call("POST", `${path}/cancel`, { reason: "changed my mind" })).body).toMatchObject({ status: "cancelled" });
    expect((await tenant.call("GET", path)).body).toMatchObject({ status: "cancelled", error: { code: "cancelled", message: "changed my mind" } });
    expect((await tenant.call("POST", `${path}/cancel`, {})).status).toBe(409);
  });

  it("begins when the one before is cancelled", async () => {
    const tenant = await tenantWith(one);
    const first = await start(tenant);
    const second = await start(tenant);
    expect((await tenant.call("POST", `/executions/${idOf(first)}/cancel`, {})).status).toBe(202);
    expect((await tenant.call("GET", `/executions/${idOf(second)}?wait=1`)).body["status"]).not.toBe("queued");
    expect((await start(tenant)).body).toMatchObject({ status: "queued" });
  });

  it("of another tenant can be neither seen nor cancelled", async () => {
    const [mine, theirs] = [await h.newTenant(), await tenantWith(one)];
    await start(theirs);
    const id = idOf(await start(theirs));
    expect((await mine.call("GET", `/executions/${id}`)).status).toBe(404);
    expect((await mine.call("POST", `/executions/${id}/cancel`, {})).status).toBe(404);
    expect((await theirs.call("GET", `/executions/${id}`)).body).toMatchObject({ status: "queued" });
  });

  it("is not started by the index, however long nothing is heard of it", async () => {
    const tenant = await tenantWith(one);
    await start(tenant);
    const id = idOf(await start(tenant));
    const hub = objectsOf(env).hub(tenant.id);
    expect(await hub.restart(id)).toBe(true);
    expect((await tenant.call("GET", `/executions/${id}`)).body).toMatchObject({ status: "queued" });
  });
});

it("a start above the rate is refused with 429, and says when to come again", async () => {
  const tenant = await tenantWith({ rate_limit: { limit: 1, period_ms: 60_000, key: "customer_id" } });
  await start(tenant, { customer_id: 42 });
  const refused = await start(tenant, { customer_id: 42 });
  expect(refused).toMatchObject({ status: 429, body: { code: "flow-rate-limited", detail: expect.stringContaining("for customer_id 42") } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
  expect((await start(tenant, { customer_id: 43 })).status).toBe(202);
});

it("a singleton that runs is named to who would start another", async () => {
  const tenant = await tenantWith({ singleton: { mode: "skip" } });
  const first = await start(tenant);
  expect(await start(tenant)).toMatchObject({ status: 409, body: { code: "flow-singleton", detail: expect.stringContaining(idOf(first)) } });
});

it("a test run is nobody's turn", async () => {
  const tenant = await tenantWith(one);
  await start(tenant);
  expect((await tenant.call("POST", "/workflows/hello/test-run", { wait: 0 })).body["status"]).not.toBe("queued");
});

describe("a key that the input has not got", () => {
  const input_schema = { type: "object", properties: { customer: { type: "object", properties: { id: { type: "string" } } }, note: {} } };
  it.each<[FlowManifest, string]>([
    [{ concurrency: { limit: 1, key: "customer_id" } }, "`flow.concurrency.key`: the input has no `customer_id`"],
    [{ debounce: { period_ms: 1_000, key: "customer.name" } }, "`flow.debounce.key`: the input has no `name` of `customer.name`; there is `id`"],
    [{ priority: "urgency" }, "`flow.priority`: the input has no `urgency`"],
  ])("refuses the deployment: %j", async (flow, reason) => {
    const tenant = await h.newTenant();
    const refused = await tenant.deploy({ flow, input_schema });
    expect(refused).toMatchObject({ status: 422, body: { code: "bundle-rejected" } });
    expect(String(refused.body["detail"])).toContain(`workflow \`hello\`, ${reason}`);
  });
  it("is fine where the schema leaves open what there is", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.deploy({ flow: { concurrency: { limit: 1, key: "customer.id" }, throttle: { limit: 1, period_ms: 1, burst: 1, key: "note.author" } }, input_schema })).status).toBe(201);
  });
});
