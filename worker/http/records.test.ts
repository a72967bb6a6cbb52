/** What every entity does, shown on leads, contacts and companies; what is particular about a kind has tests of its own. */
import { describe, expect, it } from "vitest";
import { auditOf } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

const lead = async (tenant: Pick<Tenant, "call">, more: object = {}) => {
  const { status, body, text } = await tenant.call("POST", "/leads", { name: "Ada Lovelace", ...more });
  expect(status, text).toBe(201);
  return body as Record<string, unknown> & { id: string; version: number };
};
const eventsOf = async (tenant: Tenant, record: string) =>
  (await env.DB.prepare("select type, data, previous from events where tenant_id = ? and record_id = ? order by seq").bind(tenant.id, record).all<{ type: string; data: string; previous: string | null }>()).results.map(({ type, data, previous }) => ({ type, data: JSON.parse(data) as object, previous: previous === null ? null : (JSON.parse(previous) as object) }));

describe("a record", () => {
  it("is made with its defaults, and found again", async () => {
    const tenant = await h.newTenant();
    const made = await lead(tenant, { email: " Ada@Example.com ", phone: "+55 (11) 91234-5678", score: 7 });
    expect(made).toMatchObject({ version: 1, email: "ada@example.com", status: "new", source: "other", score: 7, custom: {}, tags: [], deleted_at: null });
    const seen = await tenant.call("GET", `/leads/${made.id}`);
    expect(seen.body).toEqual(made);
    expect(seen.headers.get("etag")).toBe('"1"');
    expect((await h.call(tenant.key, "GET", `/leads/${made.id}`)).body).toEqual(made);
  });

  it("is refused with the reason of each fault", async () => {
    const tenant = await h.newTenant();
    const { status, body } = await tenant.call("POST", "/leads", { name: "", email: "nobody", status: "gone", colour: "red" });
    expect(status).toBe(400);
    expect(body["errors"]).toMatchObject([{ pointer: "/name" }, { pointer: "/email", detail: "an email address" }, { pointer: "/status" }, expect.anything()]);
    expect((await tenant.call("POST", "/contacts", { name: "Ada", company_id: "nowhere" })).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/company_id", detail: "there is no company nowhere" }] });
    expect((await tenant.call("POST", "/leads", { name: "Ada", status_changed_at: "2026-01-01T00:00:00Z" })).status).toBe(400);
  });

  it("leaves history and event with every change, and neither when nothing changes", async () => {
    const tenant = await h.newTenant();
    const { id } = await lead(tenant);
    expect((await tenant.call("PATCH", `/leads/${id}`, { status: "qualified", score: 0 })).body).toMatchObject({ version: 2, status: "qualified" });
    expect((await tenant.call("PATCH", `/leads/${id}`, { status: "qualified" })).body).toMatchObject({ version: 2 });
    await tenant.call("DELETE", `/leads/${id}`);
    expect(await eventsOf(tenant, id)).toMatchObject([
      { type: "lead.created", data: { id, status: "new" }, previous: null },
      { type: "lead.updated", data: { status: "qualified" }, previous: { status: "new" } },
      { type: "lead.deleted", previous: null },
    ]);
    expect((await auditOf(tenant.id)).filter(({ entity_id }) => entity_id === id)).toMatchObject([{ action: "lead.create" }, { action: "lead.update", before: { status: "new" }, after: { status: "qualified" } }, { action: "lead.delete" }]);
    expect(listed(await tenant.call("GET", `/leads/${id}/history`))).toMatchObject([{ action: "lead.delete" }, { action: "lead.update" }, { action: "lead.create" }]);
  });

  it("that is deleted is gone until it is restored", async () => {
    const tenant = await h.newTenant();
    const { id } = await lead(tenant, { name: "Grace Hopper" });
    expect((await tenant.call("DELETE", `/leads/${id}`)).status).toBe(204);
    expect((await tenant.call("GET", `/leads/${id}`)).status).toBe(404);
    expect(listed(await tenant.call("GET", "/leads?q=grace"))).toEqual([]);
    expect(listed(await tenant.call("GET", "/leads?deleted=true"))).toMatchObject([{ id }]);
    expect((await tenant.call("POST", `/leads/${id}/restore`)).body).toMatchObject({ id, deleted_at: null });
    expect(listed(await tenant.call("GET", "/leads?q=grace"))).toMatchObject([{ id }]);
    expect((await tenant.call("POST", `/leads/${id}/restore`)).body).toMatchObject({ code: "conflict" });
  });

  it("is made once for an Idempotency-Key, and the key is refused with other content", async () => {
    const tenant = await h.newTenant();
    const key = { "idempotency-key": "k-1" };
    const answers = await Promise.all([1, 2, 3].map(() => tenant.call("POST", "/leads", { name: "Ada" }, key)));
    expect(new Set(answers.map(({ body }) => body["id"])).size).toBe(1);
    expect(listed(await tenant.call("GET", "/leads"))).toHaveLength(1);
    expect((await tenant.call("POST", "/leads", { name: "Bob" }, key)).body).toMatchObject({ code: "idempotency-key-reused" });
  });

  it("with a name that is taken is refused, until the other is gone", async () => {
    const tenant = await h.newTenant();
    const first = await tenant.call("POST", "/tags", { name: "hot" });
    expect((await tenant.call("POST", "/tags", { name: "hot" })).body).toMatchObject({ code: "conflict", errors: [{ pointer: "/name" }] });
    await tenant.call("DELETE", `/tags/${String(first.body["id"])}`);
    expect((await tenant.call("POST", "/tags", { name: "hot" })).status).toBe(201);
    expect((await tenant.call("POST", `/tags/${String(first.body["id"])}/restore`)).body).toMatchObject({ code: "conflict" });
  });
});

describe("two editors", () => {
  it("of whom the second is shown both sides' values", async () => {
    const tenant = await h.newTenant();
    const { id } = await lead(tenant);
    const change = (body: object, version: number) => tenant.call("PATCH", `/leads/${id}`, body, { "if-match": `"${version}"` });
    expect((await change({ score: 1 }, 1)).status).toBe(200);
    expect((await change({ score: 2 }, 1)).body).toMatchObject({ status: 409, code: "version-conflict", version: 2, current: { score: 1 }, yours: { score: 2 } });
    expect((await change({ score: 2 }, 2)).body).toMatchObject({ version: 3, score: 2 });
    expect((await tenant.call("DELETE", `/leads/${id}`, undefined, { "if-match": '"1"' })).body).toMatchObject({ code: "version-conflict" });
    expect((await tenant.call("PATCH", `/leads/${id}`, { score: 1 }, { "if-match": "yesterday" })).body).toMatchObject({ code: "bad-request" });
  });

  it("of different fields, at once, both succeed and both are in the history", async () => {
    const tenant = await h.newTenant();
    const { id } = await lead(tenant);
    const answers = await Promise.all([{ score: 5 }, { city: "London" }, { status: "contacted" }, { campaign: "spring" }].map((change) => tenant.call("PATCH", `/leads/${id}`, change)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await tenant.call("GET", `/leads/${id}`)).body).toMatchObject({ version: 5, score: 5, city: "London", status: "contacted", campaign: "spring" });
    expect((await eventsOf(tenant, id)).map(({ type }) => type)).toEqual(["lead.created", ...Array.from({ length: 4 }, () => "lead.updated")]);
  });
});

describe("a list", () => {
  const filled = async () => {
    const tenant = await h.newTenant();
    for (const [name, status, score] of [["Ana", "new", 10], ["Bia", "qualified", 20], ["Caio", "new", 30], ["Davi", "lost", 20], ["José Ångström", "new", 5]] as const) await lead(tenant, { name, status, score, ...(score === 20 ? {} : { phone: "+1 555 0100" }) });
    return tenant;
  };
  const names = async (tenant: Tenant, query: string) => {
    const answer = await tenant.call("GET", `/leads?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return listed(answer).map(({ name }) => name);
  };
  const filter = (value: object) => `filter=${encodeURIComponent(JSON.stringify(value))}&sort=name`;

  it("is filtered by and, or, not and the comparisons of a field", async () => {
    const tenant = await filled();
    expect(await names(tenant, "status=new&sort=name")).toEqual(["Ana", "Caio", "José Ångström"]);
    expect(await names(tenant, "status=lost,qualified&sort=name")).toEqual(["Bia", "Davi"]);
    expect(await names(tenant, filter({ score: { $gte: 10, $lt: 30 } }))).toEqual(["Ana", "Bia", "Davi"]);
    expect(await names(tenant, filter({ $or: [{ status: "lost" }, { status: "new", score: { $gt: 20 } }] }))).toEqual(["Caio", "Davi"]);
    expect(await names(tenant, filter({ $not: { status: ["new"] } }))).toEqual(["Bia", "Davi"]);
    expect(await names(tenant, filter({ phone: { $exists: false } }))).toEqual(["Bia", "Davi"]);
    expect(await names(tenant, filter({ name: { $starts: "C" } }))).toEqual(["Caio"]);
    expect(await names(tenant, filter({ created_at: { $gte: "@now-1d" }, status: null, score: { $nin: [5, 10] } }))).toEqual(["Bia", "Caio", "Davi"]);
    expect(await names(tenant, filter({ created_at: { $lt: "@today-1w" } }))).toEqual([]);
  });

  it("says what is wrong with a filter, a sort, a field", async () => {
    const tenant = await h.newTenant();
    for (const [query, detail] of [
      [filter({ colour: 1 }), "there is no field colour"],
      [filter({ score: { $near: 1 } }), "there is no comparison $near"],
      [filter({ created_at: { $gt: "yesterday" } }), "compares with a time"],
      ["filter=[1]", "a JSON object"],
      ["sort=birthday", "one of created_at"],
      ["fields=birthday", "there is no field birthday"],
      ["expand=mother", "cannot be shown along"],
      ["cursor=abc", "not one this API gave"],
      ["colour=red", "there is no such parameter"],
    ] as const) {
      if (query.startsWith("fields")) await lead(tenant);
      const answer = await tenant.call("GET", `/leads?${query}`);
      expect([answer.status, answer.body["detail"]], query).toEqual([400, expect.stringContaining(detail)]);
    }
  });

  it("is paged without gap or repetition, whatever it is sorted by and however often a value is missing", async () => {
    const tenant = await filled();
    for (const sort of ["created_at", "-created_at", "name", "-name", "score", "-score", "phone", "-phone", "updated_at"]) {
      const seen: unknown[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page = await tenant.call("GET", `/leads?sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`);
        expect(page.status, page.text).toBe(200);
        seen.push(...listed(page).map(({ name }) => name));
        cursor = (page.body["pagination"] as { next_cursor: string | null }).next_cursor;
      }
      expect([...seen].sort(), sort).toEqual(["Ana", "Bia", "Caio", "Davi", "José Ångström"]);
      if (sort === "-score") expect(seen[0]).toBe("Caio");
    }
  });

  it("is searched by words and their beginnings, accents folded", async () => {
    const tenant = await filled();
    expect(await names(tenant, "q=jose")).toEqual(["José Ångström"]);
    expect(await names(tenant, "q=ANGST")).toEqual(["José Ångström"]);
    expect(await names(tenant, `q=${encodeURIComponent('jose "OR" *')}`)).toEqual([]);
    expect(await names(await h.newTenant(), "q=jose")).toEqual([]);
  });

  it("shows chosen fields, records referred to, and how many there are", async () => {
    const tenant = await h.newTenant();
    const company = (await tenant.call("POST", "/companies", { name: "Acme" })).body;
    await tenant.call("POST", "/contacts", { name: "Ada", company_id: company["id"] });
    const { body } = await tenant.call("GET", "/contacts?fields=name,company&expand=company&count=true");
    expect(body).toMatchObject({ data: [{ name: "Ada", company: { id: company["id"], name: "Acme" } }], pagination: { next_cursor: null, total: 1 } });
    expect(Object.keys(listed({ body } as never)[0] ?? {})).toEqual(["id", "name", "company"]);
  });
});

describe("tags", () => {
  it("are added and taken away in bulk, and found by", async () => {
    const tenant = await h.newTenant();
    const [one, two] = [await lead(tenant), await lead(tenant)];
    const tag = String((await tenant.call("POST", "/tags", { name: "hot" })).body["id"]);
    const bulk = (body: object) => tenant.call("POST", "/leads/bulk", body);
    expect((await bulk({ action: "add_tags", ids: [one.id, two.id, "nobody"], tags: [tag] })).body).toEqual({ changed: [one.id, two.id], unchanged: [], refused: [{ id: "nobody", code: "not-found" }] });
    expect((await bulk({ action: "remove_tags", ids: [one.id], tags: [tag] })).body).toMatchObject({ changed: [one.id] });
    expect(listed(await tenant.call("GET", `/leads?tags=${tag}`))).toMatchObject([{ id: two.id, version: 2, tags: [tag] }]);
    expect((await bulk({ action: "add_tags", ids: [one.id], tags: ["gone"] })).body).toMatchObject({ code: "bad-request", detail: expect.stringContaining("there is no tag gone") });
    expect((await bulk({ action: "update", ids: [one.id, two.id], change: { status: "lost" } })).body).toMatchObject({ changed: [one.id, two.id] });
    expect((await bulk({ action: "delete", ids: [one.id, two.id] })).body).toMatchObject({ changed: [one.id, two.id] });
    expect((await bulk({ action: "restore", ids: [one.id, two.id] })).body).toMatchObject({ changed: [one.id, two.id] });
    expect(listed(await tenant.call("GET", `/leads?tags=${tag}&status=lost`))).toMatchObject([{ id: two.id, version: 5 }]);
  });
});

describe("what is sensitive", () => {
  const cpf = "529.982.247-25";

  it("is encrypted at rest, found by the whole number, masked for viewers, and in no event or log", async () => {
    const tenant = await h.newTenant();
    const made = await tenant.call("POST", "/contacts", { name: "Ada", tax_id: cpf, address: { street: "Rua A", city: "Recife" } });
    expect(made.body).toMatchObject({ tax_id: "52998224725", address: { street: "Rua A", city: "Recife" } });
    const id = String(made.body["id"]);
    const row = await env.DB.prepare("select * from contacts where id = ?").bind(id).first();
    expect(JSON.stringify(row)).not.toMatch(/52998224725|Rua A/);
    const everything = await Promise.all(["events", "audit_events", "record_values", "search_documents"].map((table) => env.DB.prepare(`select * from ${table} where tenant_id = ?`).bind(tenant.id).all()));
    expect(JSON.stringify(everything)).not.toMatch(/52998224725|529\.982|Rua A/);
    expect(listed(await tenant.call("GET", `/contacts?tax_id=${cpf}`))).toMatchObject([{ id }]);
    expect(listed(await tenant.call("GET", "/contacts?tax_id=111.444.777-35"))).toEqual([]);
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect((await viewer.call("GET", `/contacts/${id}`)).body).toMatchObject({ tax_id: "***.***.***-25", address: { street: "…", city: "Recife" } });
    expect((await viewer.call("GET", `/contacts?tax_id=${cpf}`)).body).toMatchObject({ code: "bad-request", detail: expect.stringContaining("masked") });
    expect((await tenant.call("POST", "/contacts", { name: "Eve", tax_id: "529.982.247-26" })).body).toMatchObject({ errors: [{ pointer: "/tax_id" }] });
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    const { id } = await lead(ada);
    for (const [method, path, body] of [["GET", `/leads/${id}`], ["PATCH", `/leads/${id}`, { score: 1 }], ["DELETE", `/leads/${id}`], ["POST", `/leads/${id}/restore`], ["GET", `/leads/${id}/history`]] as const) expect((await bob.call(method, path, body)).status, path).toBe(404);
    expect(listed(await bob.call("GET", "/leads"))).toEqual([]);
    expect((await bob.call("POST", "/leads/bulk", { action: "delete", ids: [id] })).body).toMatchObject({ code: "not-found", errors: [{ pointer: "/ids/0" }] });
    const company = String((await ada.call("POST", "/companies", { name: "Acme" })).body["id"]);
    expect((await bob.call("POST", "/contacts", { name: "B", company_id: company })).body).toMatchObject({ code: "bad-request" });
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const { id } = await lead(tenant);
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect((await viewer.call("GET", `/leads/${id}`)).status).toBe(200);
    for (const [method, path, body] of [["POST", "/leads", { name: "x" }], ["PATCH", `/leads/${id}`, { score: 1 }], ["DELETE", `/leads/${id}`], ["POST", `/leads/${id}/restore`]] as const) expect((await viewer.call(method, path, body)).body, path).toMatchObject({ code: "forbidden" });
  });

  it("of one's own alone shows and changes nobody else's", async () => {
    const tenant = await h.newTenant();
    const role = await tenant.call("POST", "/roles", { name: "Seller", grants: { "leads.read": "own", "leads.write": "own" } });
    const [ann, ben] = await Promise.all([colleague(h, tenant, { role: String(role.body["id"]) }), colleague(h, tenant, { role: String(role.body["id"]) })]);
    const mine = await lead(ann);
    const theirs = await lead(ben);
    expect(mine).toMatchObject({ owner_id: ann.id });
    expect(listed(await ann.call("GET", "/leads"))).toMatchObject([{ id: mine.id }]);
    expect((await ann.call("GET", `/leads/${theirs.id}`)).status).toBe(404);
    expect((await ann.call("PATCH", `/leads/${theirs.id}`, { score: 1 })).status).toBe(404);
    expect((await ann.call("PATCH", `/leads/${mine.id}`, { score: 1 })).status).toBe(200);
    expect((await ann.call("POST", "/leads/bulk", { action: "update", ids: [mine.id, theirs.id], change: { score: 9 } })).body).toMatchObject({ changed: [mine.id], refused: [{ id: theirs.id }] });
  });
});
