/** The publish gate as callers see it; what rehearsals find is told to the objects. */
import { describe, expect, it } from "vitest";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { moveJobs } from "../../db/schema/moves.ts";
import { carryOnMoves, runDueMoves } from "../domain/gate/carry-on.ts";
import { bundleOf, env, harness, type Tenant } from "./testing/harness.ts";
import { colleague } from "./testing/people.ts";
import { auditOf } from "./testing/accounts.ts";

let now = Date.UTC(2026, 10, 21, 10);
const h = harness(undefined, () => now);
const second = bundleOf([{ title: "Second", on: [] }]);
const at = { position: 3, expected: 'event step "hold-1"', found: 'do step "check-1"', where: 'after do step "name-1"' };

/** Some executions of `hello` under way. */
async function inFlight(tenant: Tenant, count: number): Promise<string[]> {
  await tenant.deploy({});
  const ids: string[] = [];
  for (let left = count; left > 0; left--) ids.push(String((await tenant.call("POST", "/workflows/hello/execute", {})).body["execution_id"]));
  now += 1_000;
  return ids;
}
const differing = (...ids: string[]): void => ids.forEach((id) => h.objects.verdicts.set(id, { verdict: "differs", steps: 2, at }));
const movesOf = (tenant: Tenant, deployment: unknown, query = "") => tenant.call("GET", `/deployments/${String(deployment)}/moves${query}`);
/** As the cron does, whenever a job is due again. */
async function carryOn(id: unknown): Promise<void> {
  for (let pass = 0; pass < 5; pass++) await carryOnMoves({ env, objects: h.objects }, String(id), (now += 60_000));
}

describe("a preview", () => {
  it("says what changes and what the histories say, and changes nothing", async () => {
    const tenant = await h.newTenant();
    const [same, differs] = await inFlight(tenant, 2);
    differing(String(differs));
    const answer = await tenant.call("POST", "/deployments/preview", bundleOf([{ title: "Second", on: [] }, { id: "other", export: "other" }]));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        workflows: [
          { id: "hello", title: "Second", change: "changed", triggers_changed: true, input_schema_changed: false, in_flight: { total: 2, replayed: 2, same: 1, differs: 1 }, executions: [{ id: differs, verdict: "differs", steps: 2, at }, { id: same, verdict: "same" }] },
          { id: "other", change: "new", in_flight: { total: 0, replayed: 0 }, executions: [] },
        ],
      },
    });
    expect((await tenant.call("GET", "/workflows/hello")).body).toMatchObject({ name: "Hello", version: 1 });
    expect((await tenant.call("GET", "/deployments")).body.data).toHaveLength(1);
  });

  it("does not look at the executions of what stays as it is, nor at those of another tenant", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    await inFlight(theirs, 2);
    await inFlight(mine, 1);
    expect((await mine.call("POST", "/deployments/preview", bundleOf([{}]))).body).toMatchObject({ workflows: [{ change: "unchanged", executions: [] }] });
    expect((await mine.call("POST", "/deployments/preview", second)).body).toMatchObject({ workflows: [{ in_flight: { total: 1, replayed: 1 } }] });
  });

  it("of a draft needs its source", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    expect(await tenant.call("POST", "/workflows/hello/publish/preview")).toMatchObject({ status: 409 });
    expect(await tenant.call("POST", "/workflows/nothing/publish/preview")).toMatchObject({ status: 404 });
  });
});

describe("executions in flight when a version goes live", () => {
  it("stay where they are when nothing is said", async () => {
    const tenant = await h.newTenant();
    await inFlight(tenant, 1);
    const { body } = await tenant.call("POST", "/deployments", second);
    expect((await movesOf(tenant, body["id"])).body).toMatchObject({ status: "none", data: [] });
  });

  it("move when they fit and are told to, and are recorded with who said so", async () => {
    const tenant = await h.newTenant();
    const [fits = "", other = ""] = await inFlight(tenant, 2);
    differing(other);
    const { body } = await tenant.call("POST", "/deployments", { ...second, in_flight: { same: "migrate" } });
    await carryOn(body["id"]);
    const { body: moves } = await movesOf(tenant, body["id"]);
    expect(moves).toMatchObject({ status: "done", counts: { moved: 1, pinned: 1 } });
    expect(moves.data).toEqual(expect.arrayContaining([expect.objectContaining({ execution_id: fits, result: "moved", verdict: "same", from_version: 1 }), expect.objectContaining({ execution_id: other, result: "pinned", verdict: "differs", at })]));
    expect(h.objects.told(fits)).toEqual([["move", 2]]);
    expect(await auditOf(tenant.id)).toEqual(expect.arrayContaining([expect.objectContaining({ action: "execution.move", entity_id: fits, actor_kind: "api_key", before: { version: 1 }, after: { version: 2 } }), expect.objectContaining({ action: "deployment.move", entity_id: body["id"] })]));
  });

  it("are cancelled when they differ and are told to; a list decides for single ones", async () => {
    const tenant = await h.newTenant();
    const [fits = "", ends = "", stays = "", named = ""] = await inFlight(tenant, 4);
    differing(ends, stays);
    const { body } = await tenant.call("POST", "/deployments", { ...second, in_flight: { same: "migrate", differs: "cancel", pin: [stays], cancel: [named] } });
    await carryOn(body["id"]);
    const results = new Map((((await movesOf(tenant, body["id"])).body.data ?? []) as { execution_id: string; result: string }[]).map(({ execution_id, result }) => [execution_id, result]));
    expect([fits, ends, stays, named].map((id) => results.get(id))).toEqual(["moved", "cancelled", "pinned", "cancelled"]);
    expect(h.objects.told(ends)).toEqual([["cancel", { rollback: false, reason: expect.stringContaining("do step") }]]);
  });

  it("that cannot be read are not taken for differing ones", async () => {
    const tenant = await h.newTenant();
    const [id = ""] = await inFlight(tenant, 1);
    h.objects.verdicts.set(id, { verdict: "unreadable" });
    const { body } = await tenant.call("POST", "/deployments", { ...second, in_flight: { differs: "cancel" } });
    expect((await movesOf(tenant, body["id"])).body).toMatchObject({ counts: { pinned: 1, cancelled: 0 } });
  });

  it("are moved by what is deployed already, when that is asked for later", async () => {
    const tenant = await h.newTenant();
    const [id = ""] = await inFlight(tenant, 1);
    const { body } = await tenant.call("POST", "/deployments", second);
    now += 1_000;
    expect(await tenant.call("POST", "/deployments", { ...second, in_flight: { same: "migrate" } })).toMatchObject({ status: 200, body: { id: body["id"] } });
    expect(h.objects.told(id)).toEqual([["move", 2]]);
  });

  it("stay where they are once another version is live", async () => {
    const tenant = await h.newTenant();
    const [id = ""] = await inFlight(tenant, 1);
    const { body } = await tenant.call("POST", "/deployments", second);
    const state = { pass: 1, workflow: 0, status: 0, cursor: null };
    await drizzle(env.DB).insert(moveJobs).values({ id: String(body["id"]), tenant_id: tenant.id, choices: { same: "migrate" }, mover: { kind: "api_key", keyId: "k" }, state, status: "running", next_at: now, created_at: now });
    await tenant.deploy({ title: "Third" });
    await carryOn(body["id"]);
    expect((await movesOf(tenant, body["id"])).body).toMatchObject({ status: "superseded" });
    expect(h.objects.told(id)).toEqual([]);
  });

  it("are carried on by the cron after a crash, each once", async () => {
    const tenant = await h.newTenant();
    const [id = ""] = await inFlight(tenant, 1);
    const { body } = await tenant.call("POST", "/deployments", { ...second, in_flight: { same: "migrate" } });
    // As if the process had died with the move done, and before its row.
    const job = String(body["id"]);
    await env.DB.prepare("delete from moves where id like ?").bind(`${job}%`).run();
    await drizzle(env.DB).update(moveJobs).set({ state: { pass: 1, workflow: 0, status: 0, cursor: null }, next_at: now }).where(eq(moveJobs.id, job));
    await carryOn(job);
    expect((await movesOf(tenant, job)).body).toMatchObject({ status: "done", counts: { moved: 1 } });
    expect(new Set(h.objects.told(id).map(String))).toEqual(new Set(["move,2"]));
    await runDueMoves(env, now);
  });

  it("are listed page by page", async () => {
    const tenant = await h.newTenant();
    await inFlight(tenant, 3);
    const { body } = await tenant.call("POST", "/deployments", { ...second, in_flight: { same: "migrate" } });
    const page = await movesOf(tenant, body["id"], "?limit=2");
    expect(page.body.data).toHaveLength(2);
    const { next_cursor: cursor } = page.body["pagination"] as { next_cursor: string };
    expect((await movesOf(tenant, body["id"], `?limit=2&cursor=${cursor}`)).body.data).toHaveLength(1);
  });
});

describe("the gate", () => {
  it("rejects another tenant", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    await inFlight(theirs, 1);
    const { body } = await theirs.call("POST", "/deployments", { ...second, in_flight: { same: "migrate" } });
    expect((await movesOf(mine, body["id"])).status).toBe(404);
    expect((await mine.call("POST", "/workflows/hello/publish/preview")).status).toBe(404);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const { body } = await tenant.deploy({});
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect((await viewer.call("POST", "/deployments/preview", second)).status).toBe(403);
    expect((await viewer.call("POST", "/workflows/hello/publish/preview")).status).toBe(403);
    expect([200, 403]).toContain((await viewer.call("GET", `/deployments/${String(body["id"])}/moves`)).status);
  });

  it("finds moves by an index of the tenant", async () => {
    const plan = await env.DB.prepare("explain query plan select * from moves where tenant_id = ? and id >= ? and id < ? order by id limit 51").bind("t", "d:", "d;").all<{ detail: string }>();
    expect(plan.results.map(({ detail }) => detail).join("\n")).toMatch(/USING INDEX sqlite_autoindex_moves_1 \(tenant_id=\? AND id>\? AND id<\?\)/);
  });
});
