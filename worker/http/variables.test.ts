import { describe, expect, it } from "vitest";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { hashApiKey, newApiKey } from "../auth/api-key.ts";

const h = harness();

const secret = { name: "STRIPE_KEY", type: "secret", value: "sk_live_4eC39HqLyjWDarjtT1zdp7dc", hosts: ["api.stripe.com"] };

/** Everything the database holds, as one text. */
async function everything(): Promise<string> {
  const tables = await env.DB.prepare("select name from sqlite_master where type = 'table' and name not like '\\_%' escape '\\'").all<{ name: string }>();
  const rows = await Promise.all(tables.results.map(({ name }) => env.DB.prepare(`select * from "${name}"`).all()));
  return JSON.stringify(rows.map(({ results }) => results));
}

async function keyWith(tenant: Tenant, scopes: string[]): Promise<string> {
  const key = newApiKey();
  const insert = env.DB.prepare("insert into api_keys (id, tenant_id, name, prefix, hash, scopes, created_at) values (?, ?, 'scoped', 'es_', ?, ?, 0)");
  await insert.bind(crypto.randomUUID(), tenant.id, await hashApiKey(key), JSON.stringify(scopes)).run();
  return key;
}

describe("a variable", () => {
  it("has one of five types and comes back as it was set", async () => {
    const tenant = await h.newTenant();
    const values = { string: "https://api.example.com", number: 2.5, boolean: false, json: { a: [1, null] } };
    for (const [type, value] of Object.entries(values)) {
      const made = await tenant.call("POST", "/variables", { name: `V_${type}`, type, value, description: "for tests" });
      expect(made).toMatchObject({ status: 201, body: { type, value, workflow_id: null, has_value: true, hosts: [], description: "for tests" } });
      expect((await tenant.call("GET", `/variables/${String(made.body["id"])}`)).body).toEqual(made.body);
    }
    expect((await tenant.call("GET", "/variables")).body.data).toHaveLength(4);
  });

  it("is reached without the prefix too, found by name and workflow, and listed in pages", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/variables", { name: "A", type: "number", value: 1 });
    await tenant.call("POST", "/variables", { name: "A", type: "number", value: 2, workflow_id: "invoice" });
    const unprefixed = await h.call(tenant.key, "GET", "/variables?workflow_id=invoice&name=A");
    expect(unprefixed.body.data).toEqual([expect.objectContaining({ value: 2, workflow_id: "invoice" })]);
    const first = await tenant.call("GET", "/variables?limit=1");
    const { next_cursor } = first.body["pagination"] as { next_cursor: string };
    expect((await tenant.call("GET", `/variables?limit=1&cursor=${next_cursor}`)).body).toMatchObject({ data: [{ value: 2 }], pagination: { next_cursor: null } });
  });

  it("changes value and description, keeps name and type, and is gone once deleted", async () => {
    const tenant = await h.newTenant();
    const { body } = await tenant.call("POST", "/variables", { name: "LIMIT", type: "number", value: 1 });
    const path = `/variables/${String(body["id"])}`;
    expect(await tenant.call("PATCH", path, { value: 9, description: "more" })).toMatchObject({ status: 200, body: { name: "LIMIT", value: 9, description: "more" } });
    for (const change of [{ value: "9" }, { name: "OTHER" }, { type: "string" }, { hosts: ["a.example.com"] }, {}]) expect((await tenant.call("PATCH", path, change)).status, JSON.stringify(change)).toBe(400);
    expect((await tenant.call("DELETE", path)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) expect((await tenant.call(method, path)).status).toBe(404);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["a name that begins with a digit", { name: "1A" }, "/name"],
    ["a name with other characters", { name: "a-b" }, "/name"],
    ["a name that is too long", { name: "A".repeat(101) }, "/name"],
    ["a value of another type", { type: "number", value: "1" }, "/value"],
    ["a value that is too large", { value: "x".repeat(16_400) }, "/value"],
    ["an unknown type", { type: "date" }, "/type"],
    ["hosts of what is no secret", { hosts: ["a.example.com"] }, ""],
    ["something that is no workflow's id", { workflow_id: "No Id" }, "/workflow_id"],
    ["a secret without hosts", { ...secret, hosts: undefined }, "/hosts"],
    ["a secret for no host", { ...secret, hosts: [] }, "/hosts"],
    ["a secret for a URL", { ...secret, hosts: ["https://api.stripe.com"] }, "/hosts/0"],
    ["a secret for a range", { ...secret, hosts: ["10.0.0.0/8"] }, "/hosts/0"],
    ["a secret for a top-level domain", { ...secret, hosts: ["*.com"] }, "/hosts/0"],
    ["a secret for a host that cannot be read", { ...secret, hosts: ["a.example.com", "b.*.example.com"] }, "/hosts/1"],
    ["a secret that is too short", { ...secret, value: "7 chars" }, "/value"],
    ["a secret that is too long", { ...secret, value: "x".repeat(8_193) }, "/value"],
    ["a secret that is no text", { ...secret, value: 12_345_678 }, "/value"],
  ])("is refused with %s", async (_, body, pointer) => {
    const tenant = await h.newTenant();
    const answer = await tenant.call("POST", "/variables", { name: "A", type: "string", value: "", ...body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [expect.objectContaining({ pointer })] } });
  });

  it("has a name of its own in the tenant and in each workflow", async () => {
    const tenant = await h.newTenant();
    const make = (workflow_id: string | null) => tenant.call("POST", "/variables", { name: "A", type: "boolean", value: true, workflow_id });
    expect([(await make(null)).status, (await make("one")).status, (await make("two")).status]).toEqual([201, 201, 201]);
    expect(await make("one")).toMatchObject({ status: 409, body: { detail: expect.stringContaining("of the workflow one already") } });
    const both = await Promise.all([make("three"), make("three")]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it("finds no room when the tenant's variables are too large together", async () => {
    const tenant = await h.newTenant();
    const made = await Promise.all(Array.from({ length: 16 }, (_, number) => tenant.call("POST", "/variables", { name: `V${number}`, type: "string", value: "x".repeat(16_300) })));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(16);
    expect(await tenant.call("POST", "/variables", { name: "MORE", type: "string", value: "x".repeat(16_300) })).toMatchObject({ status: 409, body: { detail: expect.stringContaining("262144") } });
  });

  it("of another tenant can be neither read, changed nor deleted", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const { body } = await theirs.call("POST", "/variables", secret);
    const path = `/variables/${String(body["id"])}`;
    expect((await mine.call("GET", path)).status).toBe(404);
    expect((await mine.call("PATCH", path, { description: "mine" })).status).toBe(404);
    expect((await mine.call("DELETE", path)).status).toBe(404);
    expect((await mine.call("GET", "/variables")).body.data).toEqual([]);
    expect((await theirs.call("GET", path)).body).toEqual(body);
  });

  it("is not for who lacks the permission", async () => {
    const tenant = await h.newTenant();
    const [none, reader] = [await keyWith(tenant, ["workflows.read"]), await keyWith(tenant, ["variables.read"])];
    expect((await h.call(none, "GET", "/api/v1/variables")).body).toMatchObject({ code: "forbidden" });
    expect((await h.call(reader, "GET", "/api/v1/variables")).status).toBe(200);
    for (const path of ["/api/v1/variables", "/api/v1/variables/rotate-key"]) expect((await h.call(reader, "POST", path, secret)).body).toMatchObject({ code: "forbidden" });
  });
});

describe("a secret's value", () => {
  it("is in no answer, not in the database and not in the audit log", async () => {
    const tenant = await h.newTenant();
    const made = await tenant.call("POST", "/variables", secret);
    expect(made).toMatchObject({ status: 201, body: { type: "secret", has_value: true, hosts: ["api.stripe.com"] } });
    const path = `/variables/${String(made.body["id"])}`;
    const changed = await tenant.call("PATCH", path, { value: "sk_live_the_next_value" });
    const answers = [made, changed, await tenant.call("GET", path), await tenant.call("GET", "/variables"), await tenant.call("POST", "/variables/rotate-key"), await tenant.call("DELETE", path)];
    const shown = JSON.stringify(answers.map(({ body }) => body)) + (await everything());
    expect(shown).not.toMatch(/sk_live/);
    for (const { body } of answers) expect(Object.keys(body ?? {})).not.toContain("value");
    const events = await env.DB.prepare("select action, before, after from audit_events where tenant_id = ? and entity = 'variable' order by id").bind(tenant.id).all<{ action: string; after: string }>();
    expect(events.results.map(({ action }) => action).sort()).toEqual(["variable.create", "variable.delete", "variable.rotate_key", "variable.update"]);
    expect(events.results.find(({ action }) => action === "variable.update")).toMatchObject({ before: '{"sealed":"[masked]"}', after: '{"sealed":"[masked]"}' });
  });

  it("of a variable that is no secret is masked in the audit log as well", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/variables", { name: "PLAIN", type: "string", value: "rather-private" });
    const event = await env.DB.prepare("select after from audit_events where tenant_id = ? and entity = 'variable'").bind(tenant.id).first<string>("after");
    expect(JSON.parse(event ?? "")).toMatchObject({ name: "PLAIN", value: "[masked]" });
  });

  it("has to be given again for a host that was not there before", async () => {
    const tenant = await h.newTenant();
    const { body } = await tenant.call("POST", "/variables", { ...secret, hosts: ["api.stripe.com", "*.stripe.com"] });
    const path = `/variables/${String(body["id"])}`;
    expect(await tenant.call("PATCH", path, { hosts: ["api.stripe.com", "evil.example"] })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/hosts", detail: expect.stringContaining("evil.example would be new") }] } });
    expect(await tenant.call("PATCH", path, { hosts: ["api.stripe.com"] })).toMatchObject({ status: 200, body: { hosts: ["api.stripe.com"] } });
    expect(await tenant.call("PATCH", path, { hosts: ["API.stripe.com", "files.stripe.com"], value: "sk_live_known" })).toMatchObject({ status: 200, body: { hosts: ["api.stripe.com", "files.stripe.com"] } });
  });
});
