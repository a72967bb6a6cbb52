import { describe, expect, it } from "vitest";
import { env } from "./testing/harness.ts";
import { auditOf } from "./testing/accounts.ts";
import { endExecutions } from "../domain/workflows/end-executions.ts";
import { harness, type Tenant } from "./testing/harness.ts";
import { listed } from "./testing/people.ts";

const h = harness();
const rows = async (tenant: Tenant, table: string): Promise<number> => (await env.DB.prepare(`select count(*) as n from ${table} where tenant_id = ?`).bind(tenant.id).first<{ n: number }>())?.n ?? -1;
const start = async (tenant: Tenant): Promise<string> => String((await tenant.call("POST", "/workflows/hello/execute", {})).body["execution_id"]);

describe("a workflow that is deleted", () => {
  const triggers = { on: [{ kind: "event" as const, type: "lead.created" }, { kind: "schedule" as const, cron: "0 0 1 1 *", timezone: "UTC" }, { kind: "api" as const }] };

  it("is started by nothing any more, and its draft, triggers and schedules are gone", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy(triggers);
    await tenant.call("PUT", "/workflows/hello/source", { source: "export const draft = 1;" });
    expect(await Promise.all(["event_triggers", "schedules", "workflow_drafts"].map((table) => rows(tenant, table)))).toEqual([1, 1, 1]);
    expect((await tenant.call("DELETE", "/workflows/hello")).status).toBe(204);
    expect(await Promise.all(["workflows", "event_triggers", "schedules", "workflow_drafts"].map((table) => rows(tenant, table)))).toEqual([0, 0, 0, 0]);
    expect((await tenant.call("POST", "/workflows/hello/execute", {})).status).toBe(404);
    expect((await tenant.call("DELETE", "/workflows/hello")).status).toBe(404);
    expect((await auditOf(tenant.id)).at(-1)).toMatchObject({ action: "workflow.delete", entity_id: "hello" });
  });

  it("leaves its executions as they are, and they can still be read", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const id = await start(tenant);
    await tenant.call("DELETE", "/workflows/hello");
    expect(h.objects.told(id)).toEqual([]);
    expect(listed(await tenant.call("GET", "/workflows/hello/executions"))).toMatchObject([{ id, status: "running" }]);
    expect((await tenant.call("GET", `/executions/${id}`)).body).toMatchObject({ id, workflow_name: "hello" });
    expect((await tenant.call("GET", "/workflows/never/executions")).status).toBe(404);
  });

  it("takes its executions with it when that is wanted, however many there are", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const ids = await Promise.all(Array.from({ length: 23 }, () => start(tenant)));
    await tenant.call("DELETE", "/workflows/hello?cancel=true");
    const job = await env.DB.prepare("select id, next_at from end_jobs where tenant_id = ?").bind(tenant.id).first<{ id: string; next_at: number }>();
    await endExecutions({ env, objects: h.objects }, job?.id ?? "", (job?.next_at ?? 0) + 1);
    for (const id of ids) expect(h.objects.told(id)).toEqual([["cancel", { rollback: false, reason: "its workflow `hello` was deleted" }]]);
    expect((await auditOf(tenant.id)).filter(({ action }) => action === "execution.cancel")).toHaveLength(23);
    expect(await rows(tenant, "end_jobs")).toBe(0);
  });

  it("comes back when it is deployed again, unchanged as it is", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ id: "hello" }, { id: "other" });
    await tenant.call("DELETE", "/workflows/hello");
    expect((await tenant.call("GET", "/workflows")).body).toMatchObject({ data: [{ id: "other" }] });
    await tenant.deploy({ id: "hello" }, { id: "other" });
    expect((await tenant.call("POST", "/workflows/hello/execute", {})).status).toBe(202);
  });
});
