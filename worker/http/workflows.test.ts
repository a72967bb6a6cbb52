import { describe, expect, it } from "vitest";
import { harness } from "./testing/harness.ts";

const h = harness();

describe("workflows", () => {
  it("are listed with counts, under `data` and `workflows`, by cursor and by page", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ id: "a" }, { id: "b" }, { id: "c" });
    await tenant.call("POST", "/workflows/b/execute", {});
    const first = await tenant.call("GET", "/workflows?limit=2");
    expect(first.body).toMatchObject({ data: [{ id: "a", execution_count: 0 }, { id: "b", execution_count: 1, last_executed_at: expect.any(String) }], pagination: { page: 1, per_page: 2, total: 3 } });
    expect(first.body["workflows"]).toEqual(first.body.data);
    const { next_cursor: cursor } = first.body["pagination"] as { next_cursor: string };
    for (const query of [`cursor=${cursor}&limit=2`, "page=2&per_page=2"]) {
      expect((await tenant.call("GET", `/workflows?${query}`)).body).toMatchObject({ data: [{ id: "c" }], pagination: { next_cursor: null } });
    }
  });

  it("that are switched off start no more, until switched on again, also over a deployment", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    expect((await tenant.call("PATCH", "/workflows/hello", { is_active: false })).body).toMatchObject({ id: "hello", is_active: false });
    await tenant.deploy({ title: "Second" });
    expect((await tenant.call("POST", "/workflows/hello/execute", {})).body).toMatchObject({ status: 409, code: "conflict" });
    expect((await tenant.call("GET", "/workflows?is_active=true")).body.data).toEqual([]);

    await tenant.call("PATCH", "/workflows/hello", { is_active: true });
    expect((await tenant.call("POST", "/workflows/hello/execute", {})).status).toBe(202);
  });

  it("that came without their source have no name to change, and change nothing else either", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const { status, body } = await tenant.call("PATCH", "/workflows/hello", { is_active: false, name: "Other", category: "sales" });
    expect([status, body["detail"]]).toEqual([409, expect.stringContaining("without its source")]);
    expect((await tenant.call("GET", "/workflows/hello")).body).toMatchObject({ is_active: true, name: "Hello", category: null, steps: [] });
  });

  it("are sorted under categories", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ id: "a" }, { id: "b" });
    expect((await tenant.call("PATCH", "/workflows/a", { category: "sales" })).body).toMatchObject({ id: "a", category: "sales", version: 1 });
    expect((await tenant.call("GET", "/workflows?category=sales")).body).toMatchObject({ data: [{ id: "a" }], pagination: { total: 1 } });
    await tenant.call("PATCH", "/workflows/a", { category: null });
    expect((await tenant.call("GET", "/workflows?category=sales")).body.data).toEqual([]);
  });

  it("of another tenant are not found", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    await theirs.deploy({});
    for (const [method, path, body] of [["GET", ""], ["PATCH", "", { is_active: false }], ["POST", "/execute", {}], ["GET", "/executions"]] as const) {
      expect((await mine.call(method, `/workflows/hello${path}`, body)).status, `${method} ${path}`).toBe(404);
    }
    expect((await theirs.call("GET", "/workflows/hello")).body["is_active"]).toBe(true);
  });
});

describe("executing a workflow", () => {
  it("answers 202 with the execution, started on the active bundle", async () => {
    const tenant = await h.newTenant();
    const deployed = await tenant.deploy({ timeout_ms: 5000 });
    const { status, body } = await tenant.call("POST", "/workflows/hello/execute", { input: { name: "Ada" } });
    expect(status).toBe(202);
    expect(body).toMatchObject({ workflow_id: "hello", status: "running", created: true, started_at: expect.any(String) });
    expect(h.objects.started.at(-1)).toMatchObject({
      id: body["execution_id"],
      tenant: tenant.id,
      bundle: deployed.body["bundle"],
      input: 'j{"name":"Ada"}',
      timeoutMs: 5000,
      trigger: { kind: "api", source: "default" },
    });
  });

  it("takes `trigger_data` for `input`, but not both, and `{}` for neither", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    await tenant.call("POST", "/workflows/hello/execute", { trigger_data: { ticket_id: "t" } });
    expect(h.objects.started.at(-1)?.input).toBe('j{"ticket_id":"t"}');
    await tenant.call("POST", "/workflows/hello/execute");
    expect(h.objects.started.at(-1)?.input).toBe("j{}");
    expect((await tenant.call("POST", "/workflows/hello/execute", { input: 1, trigger_data: 2 })).status).toBe(400);
  });

  it("starts one execution for one Idempotency-Key in one workflow", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ id: "a" }, { id: "b" });
    const start = async (id: string, key: string) => (await tenant.call("POST", `/workflows/${id}/execute`, {}, { "idempotency-key": key })).body;
    const first = await start("a", "k");
    expect(await start("a", "k")).toEqual({ ...first, created: false });
    expect((await start("a", "other"))["execution_id"]).not.toBe(first["execution_id"]);
    expect((await start("b", "k"))["execution_id"]).not.toBe(first["execution_id"]);
  });

  it("with `wait` answers 200 with the whole execution", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const { status, body } = await tenant.call("POST", "/workflows/hello/execute", { input: 1, wait: 250 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ workflow_id: "hello", status: "completed", input: 1, steps: [] });
    expect(h.objects.told(String(body["id"]))).toEqual([["run", 250]]);
  });

  it("places executions as the workflow asks", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ id: "own" }, { id: "flood", placement: "pooled" });
    const lowestBit = async (id: string) => Number.parseInt(String((await tenant.call("POST", `/workflows/${id}/execute`, {})).body["execution_id"]).slice(-1), 16) & 1;
    expect([await lowestBit("own"), await lowestBit("flood")]).toEqual([0, 1]);
  });
});
