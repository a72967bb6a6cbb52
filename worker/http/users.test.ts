import { describe, expect, it } from "vitest";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { type Colleague, colleague, listed, signedIn } from "./testing/people.ts";

const h = harness();

async function ground(): Promise<{ tenant: Tenant; admin: Colleague; manager: Colleague; viewer: Colleague }> {
  const tenant = await h.newTenant();
  const [admin, manager, viewer] = await Promise.all([colleague(h, tenant, { role: "admin" }), colleague(h, tenant, { role: "manager" }), colleague(h, tenant, { role: "viewer" })]);
  return { tenant, admin, manager, viewer };
}

const newRole = async (tenant: Tenant, grants: object, masked: object = {}) => String((await tenant.call("POST", "/roles", { name: `role ${crypto.randomUUID()}`, grants, masked })).body["id"]);
const newTeam = async (tenant: Tenant) => String((await tenant.call("POST", "/teams", { name: `team ${crypto.randomUUID()}` })).body["id"]);

describe("the tenant's people", () => {
  it("are listed page by page and filtered by role, team and status", async () => {
    const { tenant, admin, manager, viewer } = await ground();
    const team = await newTeam(tenant);
    await admin.call("PATCH", `/users/${manager.id}`, { team_id: team });
    await admin.call("PATCH", `/users/${viewer.id}`, { status: "disabled" });
    const first = await admin.call("GET", "/users?limit=2");
    expect(listed(first)).toHaveLength(2);
    const { next_cursor: cursor } = first.body["pagination"] as { next_cursor: string };
    const rest = await admin.call("GET", `/users?limit=2&cursor=${cursor}`);
    expect(rest.body["pagination"]).toEqual({ next_cursor: null });
    expect(new Set([...listed(first), ...listed(rest)].map(({ id }) => id))).toEqual(new Set([admin.id, manager.id, viewer.id]));
    for (const [query, id] of [["role=admin", admin.id], [`team_id=${team}`, manager.id], ["status=disabled", viewer.id]]) {
      expect(listed(await admin.call("GET", `/users?${query}`)).map((one) => one["id"]), query).toEqual([id]);
    }
  });

  it("are found by part of their name or address, in any case, accents included", async () => {
    const { tenant, admin } = await ground();
    const eva = await colleague(h, tenant, { name: "Éva Ferenczi", email: "eva.ferenczi@example.net" });
    for (const search of ["FERENCZI@", "éva", "ÉVA fer", "example.net"]) {
      expect(listed(await admin.call("GET", `/users?search=${encodeURIComponent(search)}`)).map(({ id }) => id), search).toEqual([eva.id]);
    }
    for (const search of ["%", "_"]) expect(listed(await admin.call("GET", `/users?search=${encodeURIComponent(search)}`))).toEqual([]);
  });

  it("are at the same paths without the prefix", async () => {
    const { tenant, viewer } = await ground();
    expect(await h.call(tenant.key, "GET", `/users/${viewer.id}`)).toMatchObject({ status: 200, body: { id: viewer.id, role: "viewer", status: "active", mfa_enabled: false } });
    expect((await h.call(tenant.key, "GET", "/users")).status).toBe(200);
  });

  it("show viewers masked addresses, in lists and alone; their own they see", async () => {
    const { admin, viewer } = await ground();
    expect((await viewer.call("GET", `/users/${admin.id}`)).body["email"]).toBe("c…@example.com");
    const shown = Object.fromEntries(listed(await viewer.call("GET", "/users")).map(({ id, email }) => [String(id), email]));
    expect(shown).toMatchObject({ [admin.id]: "c…@example.com", [viewer.id]: viewer.email });
    expect((await admin.call("GET", `/users/${viewer.id}`)).body["email"]).toBe(viewer.email);
  });

  it("cannot be searched for by what is masked", async () => {
    const { tenant, admin, viewer } = await ground();
    const secret = await colleague(h, tenant, { name: "Grace", email: "findable@example.org" });
    expect(listed(await admin.call("GET", "/users?search=findable")).map(({ id }) => id)).toEqual([secret.id]);
    expect(listed(await viewer.call("GET", "/users?search=findable"))).toEqual([]);
    expect(listed(await viewer.call("GET", "/users?search=grace")).map(({ id }) => id)).toEqual([secret.id]);
    const blind = await colleague(h, tenant, { role: await newRole(tenant, { "users.read": "all" }, { users: ["email", "name"] }) });
    expect(listed(await blind.call("GET", "/users?search=grace"))).toEqual([]);
    expect((await blind.call("GET", `/users/${secret.id}`)).body).toMatchObject({ name: "G…", email: "f…@example.org" });
  });

  it("are only those of the team for a role over the team, and oneself for a role over one's own", async () => {
    const tenant = await h.newTenant();
    const [mine, theirs] = [await newTeam(tenant), await newTeam(tenant)];
    const [ofTeam, ofSelf] = [await newRole(tenant, { "users.read": "team" }), await newRole(tenant, { "users.read": "own" })];
    const [lead, mate, other, loner] = await Promise.all([colleague(h, tenant, { role: ofTeam, team: mine }), colleague(h, tenant, { team: mine }), colleague(h, tenant, { team: theirs }), colleague(h, tenant, { role: ofSelf, team: mine })]);
    expect(new Set(listed(await lead.call("GET", "/users")).map(({ id }) => id))).toEqual(new Set([lead.id, mate.id, loner.id]));
    expect((await lead.call("GET", `/users/${mate.id}`)).status).toBe(200);
    expect((await lead.call("GET", `/users/${other.id}`)).body).toMatchObject({ status: 403, code: "forbidden" });
    expect(listed(await lead.call("GET", "/teams")).map(({ id }) => id)).toEqual([mine]);
    expect((await lead.call("GET", `/teams/${theirs}`)).status).toBe(403);
    expect(listed(await loner.call("GET", "/users")).map(({ id }) => id)).toEqual([loner.id]);
    expect((await loner.call("GET", `/users/${mate.id}`)).status).toBe(403);
  });
});

describe("changing somebody", () => {
  it("counts from their next request on", async () => {
    const { admin, viewer } = await ground();
    const write = () => viewer.call("POST", "/teams", { name: `team ${crypto.randomUUID()}` });
    expect((await write()).status).toBe(403);
    expect((await admin.call("PATCH", `/users/${viewer.id}`, { role: "manager" })).body).toMatchObject({ role: "manager" });
    expect((await write()).status).toBe(201);
    await admin.call("PATCH", `/users/${viewer.id}`, { role: "viewer" });
    expect((await write()).status).toBe(403);
  });

  it("ends the sessions of who is disabled, and lets them in again with a new one", async () => {
    const { tenant, admin, manager } = await ground();
    await admin.call("PATCH", `/users/${manager.id}`, { status: "disabled" });
    expect((await manager.call("GET", "/users")).status).toBe(401);
    expect(await env.DB.prepare("select revoked_reason from sessions where user_id = ?").bind(manager.id).first("revoked_reason")).toBe("member_disabled");
    await admin.call("PATCH", `/users/${manager.id}`, { status: "active" });
    expect((await manager.call("GET", "/users")).status).toBe(401);
    expect((await (await signedIn(h, tenant, manager))("GET", "/users")).status).toBe(200);
  });

  it("takes teams and roles of the tenant alone", async () => {
    const { tenant, admin, viewer } = await ground();
    const others = await h.newTenant();
    const [team, role] = [await newTeam(others), await newRole(others, {})];
    expect((await admin.call("PATCH", `/users/${viewer.id}`, { team_id: team })).status).toBe(404);
    expect((await admin.call("PATCH", `/users/${viewer.id}`, { role })).body).toMatchObject({ status: 400, errors: [{ pointer: "/role" }] });
    expect((await admin.call("PATCH", `/users/${viewer.id}`, {})).status).toBe(400);
    expect((await admin.call("PATCH", `/users/${viewer.id}`, { team_id: await newTeam(tenant), role: await newRole(tenant, {}) })).status).toBe(200);
  });

  it("gives no role that allows more than one's own, and reaches nobody above oneself", async () => {
    const { tenant, admin, manager, viewer } = await ground();
    const mighty = await newRole(tenant, { "roles.write": "all" });
    for (const role of ["admin", mighty]) expect((await manager.call("PATCH", `/users/${viewer.id}`, { role })).body, role).toMatchObject({ status: 403, code: "forbidden" });
    expect((await manager.call("PATCH", `/users/${manager.id}`, { role: "admin" })).status).toBe(403);
    for (const [method, body] of [["PATCH", { role: "viewer" }], ["PATCH", { status: "disabled" }], ["DELETE"]] as const) {
      expect((await manager.call(method, `/users/${admin.id}`, body)).body, method).toMatchObject({ status: 403 });
    }
    expect((await manager.call("PATCH", `/users/${viewer.id}`, { role: "member" })).status).toBe(200);
    const unmasked = await newRole(tenant, { "users.read": "all" });
    const half = await colleague(h, tenant, { role: await newRole(tenant, { "users.read": "all", "users.write": "all" }, { users: ["email"] }) });
    expect((await half.call("PATCH", `/users/${viewer.id}`, { role: unmasked })).status).toBe(403);
  });

  it("stays within the team for a role over the team", async () => {
    const tenant = await h.newTenant();
    const [mine, theirs] = [await newTeam(tenant), await newTeam(tenant)];
    const role = await newRole(tenant, { "users.read": "team", "users.write": "team" });
    const plain = await newRole(tenant, {});
    const [lead, mate, other] = await Promise.all([colleague(h, tenant, { role, team: mine }), colleague(h, tenant, { role: plain, team: mine }), colleague(h, tenant, { role: plain, team: theirs })]);
    expect((await lead.call("PATCH", `/users/${mate.id}`, { status: "disabled" })).status).toBe(200);
    expect((await lead.call("PATCH", `/users/${mate.id}`, { team_id: theirs })).status).toBe(403);
    expect((await lead.call("PATCH", `/users/${other.id}`, { team_id: mine })).status).toBe(403);
    expect((await lead.call("DELETE", `/users/${other.id}`)).status).toBe(403);
    expect((await lead.call("POST", "/teams", { name: "third" })).status).toBe(403);
    expect((await lead.call("PATCH", `/teams/${theirs}`, { name: "ours" })).status).toBe(403);
  });
});

describe("the last active admin", () => {
  it("can be neither demoted, disabled nor removed", async () => {
    const { tenant, admin, manager } = await ground();
    const away = await colleague(h, tenant, { role: "admin" });
    await admin.call("PATCH", `/users/${away.id}`, { status: "disabled" });
    for (const [method, body] of [["PATCH", { role: "member" }], ["PATCH", { status: "disabled" }], ["DELETE"]] as const) {
      expect((await admin.call(method, `/users/${admin.id}`, body)).body, method).toMatchObject({ status: 409, code: "last-admin" });
    }
    expect((await admin.call("PATCH", `/users/${admin.id}`, { team_id: await newTeam(tenant) })).status).toBe(200);
    await admin.call("PATCH", `/users/${manager.id}`, { role: "admin" });
    expect((await admin.call("PATCH", `/users/${admin.id}`, { role: "member" })).status).toBe(200);
  });

  it("is left when all admins demote, disable or remove one another at once", async () => {
    for (let round = 0; round < 5; round++) {
      const tenant = await h.newTenant();
      const admins = await Promise.all(Array.from({ length: 4 }, () => colleague(h, tenant, { role: "admin" })));
      const acts = [["PATCH", { role: "viewer" }], ["PATCH", { status: "disabled" }], ["DELETE"], ["PATCH", { role: "member" }]] as const;
      const answers = await Promise.all(admins.map((one, index) => tenant.call(acts[index]?.[0] ?? "", `/users/${one.id}`, acts[index]?.[1])));
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(3);
      expect(answers.filter(({ body }) => body?.["code"] === "last-admin")).toHaveLength(1);
      expect(await env.DB.prepare("select count(*) as n from memberships where tenant_id = ? and role = 'admin' and status = 'active'").bind(tenant.id).first("n")).toBe(1);
    }
  });

  it("leaves no audit event of what was refused", async () => {
    const { admin } = await ground();
    const refused = await admin.call("DELETE", `/users/${admin.id}`);
    expect(listed(await admin.call("GET", `/audit?request_id=${refused.headers.get("x-request-id")}`))).toEqual([]);
  });
});

describe("removing somebody", () => {
  it("ends the membership, their sessions and the API keys they made, here and nowhere else", async () => {
    const { tenant, admin } = await ground();
    const elsewhere = await h.newTenant();
    const boss = await colleague(h, tenant, { role: "admin" });
    await env.DB.prepare("insert into memberships (tenant_id, user_id, role, status, created_at, updated_at) values (?, ?, 'admin', 'active', 0, 0)").bind(elsewhere.id, boss.id).run();
    const there = await signedIn(h, elsewhere, boss);
    const [key, kept] = [String((await boss.call("POST", "/api-keys", { name: "mine" })).body["api_key"]), String((await there("POST", "/api-keys", { name: "there" })).body["api_key"])];
    expect((await h.call(key, "GET", "/api/v1/users")).status).toBe(200);

    expect((await admin.call("DELETE", `/users/${boss.id}`)).status).toBe(204);

    expect((await boss.call("GET", "/users")).status).toBe(401);
    expect((await h.call(key, "GET", "/api/v1/users")).status).toBe(401);
    expect((await admin.call("GET", `/users/${boss.id}`)).status).toBe(404);
    expect(listed(await admin.call("GET", "/api-keys")).find(({ name }) => name === "mine")).toMatchObject({ revoked_at: expect.any(String), created_by: boss.id });
    expect((await there("GET", "/users")).status).toBe(200);
    expect((await h.call(kept, "GET", "/api/v1/users")).status).toBe(200);
  });
});

describe("inviting somebody with POST /users", () => {
  it("makes an invitation and neither an account nor a membership", async () => {
    const { tenant, admin } = await ground();
    const made = await admin.call("POST", "/users", { email: "New@Example.com", name: "New", role: "member" });
    expect(made).toMatchObject({ status: 201, body: { email: "new@example.com", name: "New", role: "member", status: "pending" } });
    expect(await env.DB.prepare("select count(*) as n from users where email = 'new@example.com'").first("n")).toBe(0);
    expect(await env.DB.prepare("select count(*) as n from invitations where tenant_id = ?").bind(tenant.id).first("n")).toBe(1);
    expect((await admin.call("POST", "/users", { email: "x@example.com", name: "X", role: "member", password: "long enough to be one" })).status).toBe(400);
  });

  it("hands out no more than one has", async () => {
    const { manager } = await ground();
    expect((await manager.call("POST", "/users", { email: "boss@example.com", name: "Boss", role: "admin" })).body).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("who may not", () => {
  it("see people: a role without users.read", async () => {
    const tenant = await h.newTenant();
    const nobody = await colleague(h, tenant, { role: await newRole(tenant, {}) });
    for (const path of ["/users", `/users/${nobody.id}`, "/teams"]) expect((await nobody.call("GET", path)).body, path).toMatchObject({ status: 403, detail: expect.stringContaining("users.read") });
  });

  it("change people: a viewer", async () => {
    const { admin, viewer } = await ground();
    for (const [method, path, body] of [["PATCH", `/users/${admin.id}`, { role: "viewer" }], ["DELETE", `/users/${admin.id}`], ["POST", "/users", { email: "a@example.com", name: "A", role: "viewer" }], ["POST", "/teams", { name: "x" }]] as const) {
      expect((await viewer.call(method, path, body)).body, path).toMatchObject({ status: 403, detail: expect.stringContaining("users.write") });
    }
  });

  it("find people of another tenant: anybody", async () => {
    const [mine, theirs] = [await ground(), await ground()];
    for (const [method, body] of [["GET"], ["PATCH", { role: "viewer" }], ["DELETE"]] as const) {
      expect((await mine.admin.call(method, `/users/${theirs.viewer.id}`, body)).body, method).toMatchObject({ status: 404, code: "not-found" });
    }
    const shown = listed(await mine.admin.call("GET", "/users")).map(({ id }) => id);
    expect(shown).not.toContain(theirs.viewer.id);
    expect(listed(await mine.admin.call("GET", `/users?search=${theirs.viewer.email}`))).toEqual([]);
  });
});
