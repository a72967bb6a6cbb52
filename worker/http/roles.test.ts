import { describe, expect, it } from "vitest";
import { permissionNames } from "../auth/permissions.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

const make = (tenant: Tenant, body: object) => tenant.call("POST", "/roles", { name: "Support", grants: {}, ...body });

describe("roles", () => {
  it("begin with the four that every tenant has, then come its own, page by page", async () => {
    const tenant = await h.newTenant();
    const ids: unknown[] = [];
    for (const name of ["One", "Two", "Three"]) ids.push((await make(tenant, { name })).body["id"]);
    const first = await tenant.call("GET", "/roles?limit=2");
    expect(listed(first)).toMatchObject([
      { id: "admin", built_in: true, grants: Object.fromEntries(permissionNames.map((name) => [name, "all"])) },
      { id: "manager", built_in: true },
      { id: "member", built_in: true },
      { id: "viewer", built_in: true, masked: { users: ["email"] } },
      { built_in: false },
      { built_in: false },
    ]);
    const { next_cursor: cursor } = first.body["pagination"] as { next_cursor: string };
    const rest = listed(await tenant.call("GET", `/roles?limit=2&cursor=${cursor}`));
    expect(rest).toHaveLength(1);
    expect(new Set([...listed(first), ...rest].map(({ id }) => id))).toEqual(new Set(["admin", "manager", "member", "viewer", ...ids]));
  });

  it("are made, read, changed and deleted", async () => {
    const tenant = await h.newTenant();
    const made = await make(tenant, { description: "Answers people", grants: { "workflows.read": "all", "users.read": "team" }, masked: { users: ["email"] } });
    expect(made).toMatchObject({ status: 201, body: { name: "Support", built_in: false, grants: { "workflows.read": "all", "users.read": "team" } } });
    const path = `/roles/${String(made.body["id"])}`;
    expect((await tenant.call("PATCH", path, { description: null, grants: {} })).body).toMatchObject({ name: "Support", description: null, grants: {}, masked: { users: ["email"] } });
    expect((await tenant.call("GET", path)).body).toMatchObject({ grants: {}, description: null });
    expect((await tenant.call("DELETE", path)).status).toBe(204);
    expect((await tenant.call("GET", path)).status).toBe(404);
    expect((await tenant.call("GET", "/roles/viewer")).body).toMatchObject({ id: "viewer", built_in: true });
  });

  it("refuse permissions there are none of, with the list, and scopes that mean nothing", async () => {
    const tenant = await h.newTenant();
    const unknown = await make(tenant, { grants: { "workflows.reed": "all" } });
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ pointer: "/grants/workflows.reed", detail: expect.stringContaining("workflows.read, workflows.write") }] } });
    expect((await make(tenant, { grants: { "roles.write": "own" } })).body).toMatchObject({ status: 400, errors: [{ pointer: "/grants/roles.write", detail: expect.stringContaining("users.read and users.write") }] });
    expect((await make(tenant, { grants: { "users.read": "some" } })).status).toBe(400);
    expect((await make(tenant, { masked: { users: ["status"] } })).body).toMatchObject({ status: 400, errors: [{ detail: expect.stringContaining("users.email, users.name") }] });
  });

  it("have names of their own, whatever the case, beside the built-in ones", async () => {
    const tenant = await h.newTenant();
    await make(tenant, {});
    expect((await make(tenant, { name: "SUPPORT" })).body).toMatchObject({ status: 409, code: "conflict", errors: [{ pointer: "/name" }] });
    expect((await make(tenant, { name: "Admin" })).status).toBe(400);
    const other = await make(tenant, { name: "Other" });
    expect((await tenant.call("PATCH", `/roles/${String(other.body["id"])}`, { name: "support" })).status).toBe(409);
    expect((await tenant.call("PATCH", `/roles/${String(other.body["id"])}`, { name: "OTHER" })).status).toBe(200);
    expect((await make(await h.newTenant(), {})).status).toBe(201);
    const twins = await Promise.all(Array.from({ length: 5 }, () => make(tenant, { name: "Twin" })));
    expect(twins.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it("that are built in stay as they are", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("PATCH", "/roles/viewer", { grants: { "roles.write": "all" } })).body).toMatchObject({ status: 409 });
    expect((await tenant.call("DELETE", "/roles/viewer")).status).toBe(409);
  });

  it("count from the next request of those who have them on", async () => {
    const tenant = await h.newTenant();
    const id = String((await make(tenant, { grants: {} })).body["id"]);
    const one = await colleague(h, tenant, { role: id });
    expect((await one.call("GET", "/workflows")).status).toBe(403);
    await tenant.call("PATCH", `/roles/${id}`, { grants: { "workflows.read": "all" } });
    expect((await one.call("GET", "/workflows")).status).toBe(200);
  });

  it("are not deleted while somebody has them, is invited as them, or joins as them by a provider", async () => {
    const tenant = await h.newTenant();
    const id = String((await make(tenant, {})).body["id"]);
    const one = await colleague(h, tenant, { role: id });
    const remove = () => tenant.call("DELETE", `/roles/${id}`);
    expect((await remove()).body).toMatchObject({ status: 409, code: "conflict" });
    await tenant.call("PATCH", `/users/${one.id}`, { role: "viewer" });
    await env.DB.prepare("insert into invitations (id, tenant_id, email, role, token_hash, created_at, expires_at) values (?, ?, 'x@example.com', ?, ?, 0, ?)").bind(`${id}-i`, tenant.id, id, id, Date.now() + 60_000).run();
    expect((await remove()).status).toBe(409);
    await env.DB.prepare("update invitations set revoked_at = 1 where role = ?").bind(id).run();
    await env.DB.prepare("insert into sso_providers (id, tenant_id, name, issuer, client_id, scopes, domains, role, created_at, updated_at) values (?, ?, '', '', '', '', '[]', ?, 0, 0)").bind(`${id}-p`, tenant.id, id).run();
    expect((await remove()).status).toBe(409);
    await env.DB.prepare("delete from sso_providers where role = ?").bind(id).run();
    expect((await remove()).status).toBe(204);
  });

  it("never allow more than whoever makes or changes them may", async () => {
    const tenant = await h.newTenant();
    const id = String((await make(tenant, { name: "Role keeper", grants: { "roles.read": "all", "roles.write": "all", "users.read": "team" }, masked: { users: ["email"] } })).body["id"]);
    const high = String((await make(tenant, { name: "High", grants: { "audit.read": "all" } })).body["id"]);
    const keeper = await colleague(h, tenant, { role: id });
    const masked = { users: ["email"] };
    const tries = [
      ["POST", "/roles", { name: "A", grants: { "audit.read": "all" }, masked }],
      ["POST", "/roles", { name: "B", grants: { "users.read": "all" }, masked }],
      ["POST", "/roles", { name: "C", grants: { "users.read": "team" }, masked: {} }],
      ["PATCH", `/roles/${id}`, { grants: { "api_keys.write": "all" } }],
      ["PATCH", `/roles/${high}`, { grants: {}, masked }],
      ["DELETE", `/roles/${high}`],
    ] as const;
    for (const [method, path, body] of tries) expect((await keeper.call(method, path, body)).body, JSON.stringify(body)).toMatchObject({ status: 403, code: "forbidden" });
    expect((await keeper.call("POST", "/roles", { name: "D", grants: { "users.read": "own" }, masked })).status).toBe(201);
  });

  it("of another tenant are neither found nor changed", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = String((await make(theirs, {})).body["id"]);
    for (const [method, body] of [["GET"], ["PATCH", { grants: {} }], ["DELETE"]] as const) expect((await mine.call(method, `/roles/${id}`, body)).status, method).toBe(404);
    expect(listed(await mine.call("GET", "/roles")).map((role) => role["id"])).not.toContain(id);
  });

  it("are read by viewers and changed by none but admins", async () => {
    const tenant = await h.newTenant();
    const manager = await colleague(h, tenant, { role: "manager" });
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect((await viewer.call("GET", "/roles")).status).toBe(200);
    for (const [method, path] of [["POST", "/roles"], ["PATCH", `/roles/${manager.id}`], ["DELETE", `/roles/${manager.id}`]] as const) {
      expect((await manager.call(method, path, method === "DELETE" ? undefined : { name: "A", grants: {} })).body, method).toMatchObject({ status: 403, detail: expect.stringContaining("roles.write") });
    }
  });
});

describe("permissions", () => {
  it("are listed with what they allow and over whose records", async () => {
    const tenant = await h.newTenant();
    const all = listed(await tenant.call("GET", "/permissions"));
    expect(all.map(({ name }) => name)).toEqual(permissionNames);
    expect(all.find(({ name }) => name === "users.read")).toEqual({ name: "users.read", description: expect.any(String), scopes: ["own", "team", "all"] });
    expect(all.find(({ name }) => name === "hooks.write")).toMatchObject({ scopes: ["all"] });
  });
});

describe("teams", () => {
  it("are made, renamed, counted and deleted when nobody is in them", async () => {
    const tenant = await h.newTenant();
    const made = await tenant.call("POST", "/teams", { name: "North" });
    expect(made).toMatchObject({ status: 201, body: { name: "North", members_count: 0 } });
    const path = `/teams/${String(made.body["id"])}`;
    const one = await colleague(h, tenant, { team: String(made.body["id"]) });
    await colleague(h, tenant, { team: String(made.body["id"]) });
    expect((await tenant.call("PATCH", path, { name: "Far north" })).body).toMatchObject({ name: "Far north", members_count: 2 });
    expect(listed(await tenant.call("GET", "/teams"))).toMatchObject([{ name: "Far north", members_count: 2 }]);
    expect((await tenant.call("DELETE", path)).body).toMatchObject({ status: 409, code: "conflict" });
    await env.DB.prepare("update memberships set team_id = null where tenant_id = ?").bind(tenant.id).run();
    await tenant.call("PATCH", `/users/${one.id}`, { team_id: null });
    expect((await tenant.call("DELETE", path)).status).toBe(204);
    expect((await tenant.call("GET", path)).status).toBe(404);
  });

  it("are not deleted while somebody is invited into them", async () => {
    const tenant = await h.newTenant();
    const id = String((await tenant.call("POST", "/teams", { name: "North" })).body["id"]);
    await env.DB.prepare("insert into invitations (id, tenant_id, email, role, team_id, token_hash, created_at, expires_at) values (?, ?, 'x@example.com', 'member', ?, ?, 0, ?)").bind(id, tenant.id, id, id, Date.now() + 60_000).run();
    expect((await tenant.call("DELETE", `/teams/${id}`)).status).toBe(409);
    await env.DB.prepare("update invitations set expires_at = 1 where id = ?").bind(id).run();
    expect((await tenant.call("DELETE", `/teams/${id}`)).status).toBe(204);
  });

  it("have names of their own", async () => {
    const tenant = await h.newTenant();
    const [north, south] = [await tenant.call("POST", "/teams", { name: "North" }), await tenant.call("POST", "/teams", { name: "South" })];
    expect((await tenant.call("POST", "/teams", { name: "north" })).status).toBe(409);
    expect((await tenant.call("PATCH", `/teams/${String(south.body["id"])}`, { name: "NORTH" })).status).toBe(409);
    expect((await tenant.call("PATCH", `/teams/${String(north.body["id"])}`, { name: "NORTH" })).status).toBe(200);
  });

  it("of another tenant are not found", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const id = String((await theirs.call("POST", "/teams", { name: "North" })).body["id"]);
    for (const [method, body] of [["GET"], ["PATCH", { name: "Mine" }], ["DELETE"]] as const) expect((await mine.call(method, `/teams/${id}`, body)).status, method).toBe(404);
    expect(listed(await mine.call("GET", "/teams"))).toEqual([]);
  });
});
