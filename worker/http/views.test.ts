/** Saved views of lists. */
import { describe, expect, it } from "vitest";
import { auditOf } from "./testing/accounts.ts";
import { harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

type Caller = Pick<Tenant, "call">;
const save = async (caller: Caller, view: object) => {
  const { status, body, text } = await caller.call("POST", "/views", { entity: "leads", title: "Mine", ...view });
  expect(status, text).toBe(201);
  return body as Record<string, unknown> & { id: string };
};
const names = async (caller: Caller, query: string) => {
  const answer = await caller.call("GET", `/leads?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return listed(answer).map(({ name }) => name);
};
const filled = async () => {
  const tenant = await h.newTenant();
  for (const [name, status, score] of [["Ana", "new", 10], ["Bia", "qualified", 30], ["Caio", "qualified", 20]] as const) await tenant.call("POST", "/leads", { name, status, score });
  return tenant;
};

describe("a view", () => {
  it("filters and sorts a list, besides what the query asks for", async () => {
    const tenant = await filled();
    const { id } = await save(tenant, { filter: { status: ["qualified"] }, sort: "-score", columns: ["name", "score"] });
    expect(await names(tenant, `view=${id}`)).toEqual(["Bia", "Caio"]);
    expect(await names(tenant, `view=${id}&sort=name&score=20`)).toEqual(["Caio"]);
    expect(await names(tenant, `view=${id}&status=new`)).toEqual([]);
    const words = await save(tenant, { q: "bia" });
    expect(await names(tenant, `view=${words.id}`)).toEqual(["Bia"]);
    const page = await tenant.call("GET", `/leads?view=${id}&limit=1&count=true`);
    expect(page.body).toMatchObject({ data: [{ name: "Bia" }], pagination: { total: 2 } });
    expect(await names(tenant, `view=${id}&limit=1&cursor=${String((page.body["pagination"] as Record<string, unknown>)["next_cursor"])}`)).toEqual(["Caio"]);
    expect((await tenant.call("GET", `/contacts?view=${id}`)).body).toMatchObject({ code: "bad-request", detail: expect.stringContaining("one of leads") });
    expect((await tenant.call("GET", "/leads?view=nothing")).status).toBe(404);
  });

  it("is kept with all that it is made of, changed by version, listed by position, and deleted", async () => {
    const tenant = await filled();
    const one = await save(tenant, { title: "Late", position: 2, kind: "board", grouped_by: "status", pinned: true });
    const two = await save(tenant, { title: "Soon", position: 1 });
    expect(one).toMatchObject({ entity: "leads", kind: "board", grouped_by: "status", filter: {}, q: null, sort: null, columns: [], shared: false, pinned: true, version: 1 });
    expect(listed(await tenant.call("GET", "/views?entity=leads")).map(({ title }) => title)).toEqual(["Soon", "Late"]);
    const first = await tenant.call("GET", "/views?entity=leads&limit=1");
    expect(listed(await tenant.call("GET", `/views?entity=leads&limit=1&cursor=${String((first.body["pagination"] as Record<string, unknown>)["next_cursor"])}`))).toMatchObject([{ title: "Late" }]);
    expect(listed(await tenant.call("GET", "/views?entity=deals"))).toEqual([]);
    expect((await tenant.call("PATCH", `/views/${one.id}`, { title: "Later" }, { "if-match": '"1"' })).body).toMatchObject({ title: "Later", version: 2, pinned: true });
    expect((await tenant.call("PATCH", `/views/${one.id}`, { title: "x" }, { "if-match": '"1"' })).body).toMatchObject({ code: "version-conflict", version: 2 });
    expect((await tenant.call("DELETE", `/views/${two.id}`)).status).toBe(204);
    expect((await tenant.call("GET", `/views/${two.id}`)).status).toBe(404);
    expect((await auditOf(tenant.id)).filter(({ action }) => action.startsWith("view."))).toMatchObject([{ action: "view.create" }, { action: "view.create" }, { action: "view.update" }, { action: "view.delete" }]);
  });

  it("is refused with what of it is at fault", async () => {
    const tenant = await filled();
    for (const [view, pointer, detail] of [
      [{ filter: { colour: 1 } }, "/filter/colour", "there is no field colour"],
      [{ filter: { score: { $near: 1 } } }, "/filter/score", "there is no comparison $near"],
      [{ filter: { $or: [{ "custom.size": "L" }] } }, "/filter/$or/0/custom.size", "there is no field custom.size"],
      [{ filter: { category_id: "gone" } }, "/filter/category_id", "there is no category gone"],
      [{ sort: "-birthday" }, "/sort", "one of created_at"],
      [{ columns: ["name", "colour"] }, "/columns/1", "there is no field colour"],
      [{ grouped_by: "colour" }, "/grouped_by", "there is no field colour"],
      [{ entity: "dogs" }, "/entity", "one of leads"],
    ] as const) {
      const { status, body } = await tenant.call("POST", "/views", { entity: "leads", title: "x", ...view });
      expect([status, body["errors"]], JSON.stringify(view)).toEqual([400, expect.arrayContaining([{ pointer, detail: expect.stringContaining(detail) }])]);
    }
  });

  it("that names a category or a field which has gone says so, and lists by it are refused with the reason", async () => {
    const tenant = await filled();
    const made = String((await tenant.call("POST", "/categories", { name: "VIP" })).body["id"]);
    const { id } = await save(tenant, { title: "VIPs", filter: { category_id: made } });
    expect(await names(tenant, `view=${id}`)).toEqual([]);
    await tenant.call("DELETE", `/categories/${made}`);
    const answer = await tenant.call("GET", `/leads?view=${id}`);
    expect(answer.body).toMatchObject({ status: 400, code: "bad-request", detail: expect.stringContaining("“VIPs” does not fit any more"), errors: [{ pointer: "/query/view/filter/category_id" }] });
    expect((await tenant.call("GET", `/views/${id}`)).body).toMatchObject({ title: "VIPs", faults: [{ pointer: "/filter/category_id", detail: `there is no category ${made} (any more)` }] });
    expect((await tenant.call("PATCH", `/views/${id}`, { filter: {} })).status).toBe(200);
    expect(await names(tenant, `view=${id}&sort=name`)).toEqual(["Ana", "Bia", "Caio"]);
  });
});

describe("access", () => {
  it("to a view is its owner's until it is shared; then everybody may see it, and whoever may delete views change it", async () => {
    const tenant = await filled();
    const role = String((await tenant.call("POST", "/roles", { name: "Looker", grants: { "leads.read": "all", "views.read": "all", "views.write": "all" } })).body["id"]);
    const [ann, ben] = [await colleague(h, tenant, { role: "member" }), await colleague(h, tenant, { role })];
    const { id } = await save(ann, { filter: { status: "new" } });
    expect(listed(await ben.call("GET", "/views"))).toEqual([]);
    for (const [method, path] of [["GET", `/views/${id}`], ["GET", `/leads?view=${id}`]] as const) expect((await ben.call(method, path)).status).toBe(404);
    expect((await ben.call("PATCH", `/views/${id}`, { title: "x" })).status).toBe(404);
    await ann.call("PATCH", `/views/${id}`, { shared: true });
    expect(listed(await ben.call("GET", "/views"))).toMatchObject([{ id, owner_id: ann.id }]);
    expect(await names(ben, `view=${id}`)).toEqual(["Ana"]);
    expect((await ben.call("PATCH", `/views/${id}`, { title: "x" })).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("somebody else's") });
    const admin = await colleague(h, tenant, { role: "admin" });
    expect((await admin.call("PATCH", `/views/${id}`, { title: "Ours" })).body).toMatchObject({ title: "Ours", owner_id: ann.id });
    expect((await admin.call("DELETE", `/views/${id}`)).status).toBe(204);
  });

  it("rejects another tenant", async () => {
    const [ada, bob] = [await filled(), await h.newTenant()];
    const { id } = await save(ada, { shared: true });
    for (const [method, path, body] of [["GET", `/views/${id}`], ["PATCH", `/views/${id}`, { title: "x" }], ["DELETE", `/views/${id}`], ["GET", `/leads?view=${id}`]] as const) expect((await bob.call(method, path, body)).status, path).toBe(404);
    expect(listed(await bob.call("GET", "/views"))).toEqual([]);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await filled();
    const { id } = await save(tenant, { shared: true });
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect((await viewer.call("GET", `/views/${id}`)).status).toBe(200);
    for (const [method, path, body] of [["POST", "/views", { entity: "leads", title: "x" }], ["PATCH", `/views/${id}`, { title: "x" }], ["DELETE", `/views/${id}`]] as const) expect((await viewer.call(method, path, body)).body).toMatchObject({ code: "forbidden" });
  });
});
