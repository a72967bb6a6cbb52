import { describe, expect, it, vi } from "vitest";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { type Colleague, colleague, listed } from "./testing/people.ts";

const h = harness();

type Reader = Pick<Tenant | Colleague, "call">;
const events = async (by: Reader, query = "") => listed(await by.call("GET", `/audit?${query}`));
const idOf = (answer: { headers: Headers }) => String(answer.headers.get("x-request-id"));

/** Events of long ago, as many as wanted; what each is about counts up from `first`. */
async function fill(tenant: Tenant, count: number, { first = 1, about, after = null }: { first?: number; about?: string; after?: string | null } = {}): Promise<void> {
  await env.DB.prepare(
    `insert into audit_events (id, tenant_id, at, actor_kind, actor_id, action, entity, entity_id, after)
     select printf('01900000-%04x-7000-8000-%s', value, ?), ?, 0, 'user', value, 'thing.create', 'thing', coalesce(?, value), ?
     from (with recursive n(value) as (select ? union all select value + 1 from n where value < ?) select value from n)`,
  )
    .bind(tenant.id.slice(-12), tenant.id, about ?? null, after, first, first + count - 1)
    .run();
}

describe("the audit log", () => {
  it("says who changed what, from what to what, in answer to which request", async () => {
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin", name: "Grace Hopper" });
    const other = await colleague(h, tenant, { role: "viewer" });
    const changed = await admin.call("PATCH", `/users/${other.id}`, { role: "member" }, { "cf-connecting-ip": "203.0.113.9" });
    expect(await events(admin, `request_id=${idOf(changed)}`)).toEqual([
      {
        id: expect.any(String),
        at: expect.any(String),
        actor_kind: "user",
        actor_id: admin.id,
        actor_name: "Grace Hopper",
        action: "user.update",
        entity: "user",
        entity_id: other.id,
        before: { role: "viewer" },
        after: { role: "member" },
        request_id: idOf(changed),
        ip: "203.0.113.9",
      },
    ]);
  });

  it("shows names as they are when it is read, of people and keys that have gone too", async () => {
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin", name: "Before" });
    await admin.call("POST", "/teams", { name: "North" });
    await env.DB.prepare("update users set name = 'After' where id = ?").bind(admin.id).run();
    await env.DB.prepare("delete from memberships where user_id = ?").bind(admin.id).run();
    expect(await events(tenant, "action=team.create")).toMatchObject([{ actor_name: "After" }]);
    await tenant.call("POST", "/teams", { name: "South" });
    expect(await events(tenant, "action=team.create&actor_kind=api_key")).toMatchObject([{ actor_name: "default" }]);
    const shy = await colleague(h, tenant, { role: String((await tenant.call("POST", "/roles", { name: "Auditor", grants: { "audit.read": "all" }, masked: { users: ["name"] } })).body["id"]) });
    expect(await events(shy, `actor_id=${admin.id}`)).toMatchObject([{ actor_name: "A…" }]);
  });

  it("is filtered by actor, entity, action and its beginning, request and time", async () => {
    let time = Date.UTC(2026, 0, 1);
    const clocked = harness(undefined, () => time);
    const tenant = await clocked.newTenant();
    const at = (ms: number) => new Date(ms).toISOString();
    time += 1000;
    const team = await tenant.call("POST", "/teams", { name: "North" });
    time += 1000;
    const renamed = await tenant.call("PATCH", `/teams/${String(team.body["id"])}`, { name: "South" });
    time += 1000;
    await tenant.call("POST", "/roles", { name: "Support", grants: {} });
    const actions = async (query: string) => (await events(tenant, query)).map(({ action }) => action);
    const begin = Date.UTC(2026, 0, 1);
    expect(await actions("")).toEqual(["role.create", "team.update", "team.create", expect.any(String), expect.any(String)]);
    expect(await actions("action=team.*")).toEqual(["team.update", "team.create"]);
    expect(await actions("action=team.create")).toEqual(["team.create"]);
    expect(await actions("entity=role")).toEqual(["role.create"]);
    expect(await actions(`entity_id=${String(team.body["id"])}&entity=team`)).toEqual(["team.update", "team.create"]);
    expect(await actions("actor_kind=api_key")).toEqual(["role.create", "team.update", "team.create"]);
    expect(await actions(`actor_id=${crypto.randomUUID()}`)).toEqual([]);
    expect(await actions(`request_id=${idOf(renamed)}`)).toEqual(["team.update"]);
    expect(await actions(`from=${at(begin + 2000)}`)).toEqual(["role.create", "team.update"]);
    expect(await actions(`from=${at(begin + 1000)}&to=${at(begin + 3000)}`)).toEqual(["team.update", "team.create"]);
    for (const query of ["action=team", "action=*", "from=yesterday", "actor_kind=god"]) expect((await tenant.call("GET", `/audit?${query}`)).status, query).toBe(400);
  });

  it("is read page by page, newest first, each event once, also while more are written", async () => {
    const tenant = await h.newTenant();
    await fill(tenant, 25);
    const ids: unknown[] = [];
    let query = "entity=thing&limit=10";
    for (let page = 0; page < 3; page++) {
      const answer = await tenant.call("GET", `/audit?${query}`);
      ids.push(...listed(answer).map(({ entity_id }) => Number(entity_id)));
      await tenant.call("POST", "/teams", { name: `team ${page}` });
      query = `entity=thing&limit=10&cursor=${(answer.body["pagination"] as { next_cursor: string }).next_cursor}`;
    }
    expect(ids).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index));
    expect(query).toContain("cursor=null");
  });

  it("takes no cursor of another tenant's log, nor a made-up one", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    await fill(theirs, 3);
    const { body } = await theirs.call("GET", "/audit?limit=1");
    const { next_cursor: cursor } = body["pagination"] as { next_cursor: string };
    expect((await theirs.call("GET", `/audit?limit=1&cursor=${cursor}`)).status).toBe(200);
    for (const wrong of [cursor, "AAAA", "%00"]) expect((await mine.call("GET", `/audit?limit=1&cursor=${wrong}`)).body, wrong).toMatchObject({ status: 400, code: "bad-request" });
  });

  it("of another tenant shows nothing, whatever is asked for", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const made = await theirs.call("POST", "/teams", { name: "North" });
    for (const query of [`request_id=${idOf(made)}`, `entity_id=${String(made.body["id"])}`, "entity=team"]) expect(await events(mine, query), query).toEqual([]);
    expect((await mine.call("GET", "/audit/export?format=csv")).text).not.toContain(theirs.id);
  });

  it("is read by managers, and not by members", async () => {
    const tenant = await h.newTenant();
    const [manager, member] = [await colleague(h, tenant, { role: "manager" }), await colleague(h, tenant, { role: "member" })];
    expect((await manager.call("GET", "/audit")).status).toBe(200);
    for (const path of ["/audit", "/audit/export"]) expect((await member.call("GET", path)).body, path).toMatchObject({ status: 403, detail: expect.stringContaining("audit.read") });
  });

  it("holds no secrets, addresses or names of people", async () => {
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin" });
    const hook = await admin.call("PUT", "/hooks/github", { scheme: "github", secret: "the-secret-of-the-hook" });
    await admin.call("PUT", "/hooks/github", { scheme: "github", secret: "another-secret" });
    const key = await admin.call("POST", "/api-keys", { name: "ci" });
    await admin.call("POST", "/users", { email: "private@example.com", name: "Private Person", role: "viewer" });
    expect(hook.status).toBe(201);
    const { results } = await env.DB.prepare("select * from audit_events where tenant_id = ?").bind(tenant.id).all();
    const kept = JSON.stringify(results);
    for (const secret of ["the-secret-of-the-hook", "another-secret", String(key.body["api_key"]), "private@example.com", "Private Person"]) expect(kept).not.toContain(secret);
    expect(await events(tenant, "action=hook.update")).toMatchObject([{ before: { secret_encrypted: "[masked]" }, after: { secret_encrypted: "[masked]" } }]);
  });
});

describe("the exported audit log", () => {
  const file = async (by: Reader, query: string) => {
    const answer = await by.call("GET", `/audit/export?${query}`);
    return { ...answer, lines: answer.text.split(/\r?\n/).filter((line) => line !== "") };
  };

  it("is every event that fits, one JSON a line, newest first", async () => {
    const tenant = await h.newTenant();
    await fill(tenant, 1200);
    const { headers, lines } = await file(tenant, "entity=thing");
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    expect(headers.get("content-disposition")).toBe('attachment; filename="audit.ndjson"');
    const parsed = lines.map((line) => JSON.parse(line) as { entity_id: string });
    expect(parsed.map(({ entity_id }) => Number(entity_id))).toEqual(Array.from({ length: 1200 }, (_, index) => 1200 - index));
    expect(Object.keys(parsed[0] ?? {})).toEqual(["id", "at", "actor_kind", "actor_id", "actor_name", "action", "entity", "entity_id", "before", "after", "request_id", "ip"]);
  });

  it("is CSV when asked for, quoted, and without formulas", async () => {
    const tenant = await h.newTenant();
    const abouts = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", " =1", 'a "quoted", one', "plain"];
    for (const [index, about] of abouts.entries()) await fill(tenant, 1, { first: index, about, after: '{"a":1}' });
    const { headers, lines } = await file(tenant, "entity=thing&format=csv");
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(lines[0]).toBe("id,at,actor_kind,actor_id,actor_name,action,entity,entity_id,before,after,request_id,ip");
    expect(lines.slice(1).map((line) => /,thing,(.*),,"{""a"":1}",,$/.exec(line)?.[1])).toEqual(["plain", '"a ""quoted"", one"', "' =1", "'\t=1", "'@SUM(1)", "'-1", "'+1", "'=HYPERLINK(1)"]);
  });

  it("is read from the database as far as its receiver reads", async () => {
    const tenant = await h.newTenant();
    await fill(tenant, 2000);
    const asked = vi.spyOn(env.DB, "prepare");
    const response = await h.fetch(new Request("http://everstep.test/api/v1/audit/export?entity=thing", { headers: { authorization: `Bearer ${tenant.key}` } }));
    const questions = () => asked.mock.calls.filter(([text]) => String(text).includes("audit_events")).length;
    expect(questions()).toBe(0);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(questions()).toBeLessThanOrEqual(2);
    await reader?.cancel();
    expect(questions()).toBeLessThanOrEqual(2);
    asked.mockRestore();
  });
});
