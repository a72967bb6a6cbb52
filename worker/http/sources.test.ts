import { describe, expect, it } from "vitest";
import { prepareBundle } from "../sandbox/deploy.ts";
import { auditOf } from "./testing/accounts.ts";
import { harness } from "./testing/harness.ts";
import { colleague } from "./testing/people.ts";
import { deploySources, etagOf, hello } from "./testing/sources.ts";

const h = harness(undefined, undefined, { prepare: prepareBundle });
const path = "/workflows/hello/source";

describe("the source of a workflow", () => {
  it("is what was deployed until there is a draft, with the other files of its deployment", async () => {
    const tenant = await h.newTenant();
    const shared = "export const word = 'one';\n";
    const source = hello("word").replace("\n", '\nimport { word } from "./shared.ts";\n');
    await deploySources(tenant, { "workflows/hello.ts": source, "workflows/shared.ts": shared });
    const read = await tenant.call("GET", path);
    expect(read.body).toEqual({ workflow_id: "hello", file: "workflows/hello.ts", source, revision: 1, has_draft: false, published_version: 1, base_version: null, updated_at: null, updated_by: null, files: { "workflows/shared.ts": shared } });
    expect(etagOf(read)).toBe('"1"');
    const draft = source.replace("greet", "say");
    const saved = await tenant.call("PUT", path, { source: draft });
    expect(saved.body).toMatchObject({ source: draft, revision: 2, has_draft: true, base_version: 1, published_version: 1, diagnostics: [], updated_by: { kind: "api_key" } });
    expect((await tenant.call("GET", path)).body).toMatchObject({ source: draft, has_draft: true });
    expect((await tenant.call("GET", "/workflows/hello")).body["version"]).toBe(1);
  });

  it("is null for a workflow that came without, and can be written anew", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/deployments", { main: "main.js", modules: { "main.js": 'export const hello = { [Symbol.for("everstep.workflow")]: 1, id: "hello", options: {}, handler: async () => 1 };' } });
    expect((await tenant.call("GET", path)).body).toMatchObject({ source: null, file: "workflows/hello.ts", files: {} });
    expect((await tenant.call("PUT", path, { source: hello('"two"') })).body).toMatchObject({ has_draft: true });
    expect((await tenant.call("POST", "/workflows/hello/publish", {})).body).toMatchObject({ created: true, version: 2 });
  });

  it("is saved with faults in its syntax, which come back with their places", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    const saved = await tenant.call("PUT", path, { source: "const a = ;\nexport const b: = 1;" });
    expect(saved.body).toMatchObject({ has_draft: true, diagnostics: [{ file: "workflows/hello.ts", line: 1, column: 11, code: "syntax", severity: "error" }] });
    expect((await tenant.call("GET", path)).body["source"]).toContain("const a = ;");
  });

  it("is no draft when it equals what is published", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    await tenant.call("PUT", path, { source: hello('"two"') });
    expect((await tenant.call("PUT", path, { source: hello('"one"') })).body).toMatchObject({ has_draft: false, revision: 3 });
    expect((await tenant.call("PUT", path, { source: hello('"one"') })).body["revision"]).toBe(3);
  });

  it("is given up for what is published, once and again", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    await tenant.call("PUT", path, { source: hello('"two"') });
    expect((await tenant.call("DELETE", "/workflows/hello/draft")).status).toBe(204);
    expect((await tenant.call("DELETE", "/workflows/hello/draft")).status).toBe(204);
    expect((await tenant.call("GET", path)).body).toMatchObject({ source: hello('"one"'), has_draft: false, revision: 3 });
    expect((await auditOf(tenant.id)).map(({ action }) => action).slice(-2)).toEqual(["workflow.save_draft", "workflow.discard_draft"]);
  });
});

describe("who saves a source after somebody else", () => {
  it("is refused with both, and may save over the one that was seen", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    const seen = etagOf(await tenant.call("GET", path));
    const first = await tenant.call("PUT", path, { source: hello('"two"') }, { "if-match": seen });
    const second = await tenant.call("PUT", path, { source: hello('"three"') }, { "if-match": seen });
    expect(second.body).toMatchObject({ status: 409, code: "version-conflict", version: 2, current: { source: hello('"two"') }, yours: { source: hello('"three"') } });
    expect((await tenant.call("PUT", path, { source: hello('"three"') }, { "if-match": etagOf(first) })).body).toMatchObject({ revision: 3 });
    expect((await tenant.call("DELETE", "/workflows/hello/draft", undefined, { "if-match": seen })).body["code"]).toBe("version-conflict");
  });

  it("is refused also when both come at once", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    const both = await Promise.all(['"two"', '"three"'].map((text) => tenant.call("PUT", path, { source: hello(text) }, { "if-match": '"1"' })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = both.find(({ status }) => status === 200);
    expect((await tenant.call("GET", path)).body["source"]).toBe(won?.body["source"]);
  });

  it("is refused when it was deployed meanwhile, and when it was given up and begun anew", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    const seen = etagOf(await tenant.call("PUT", path, { source: hello('"two"') }));
    await tenant.call("DELETE", "/workflows/hello/draft");
    await tenant.call("PUT", path, { source: hello('"other"') });
    expect((await tenant.call("PUT", path, { source: hello('"two more"') }, { "if-match": seen })).body["code"]).toBe("version-conflict");
    const now = etagOf(await tenant.call("GET", path));
    await deploySources(tenant, { "workflows/hello.ts": hello('"four"') });
    expect((await tenant.call("PUT", path, { source: hello('"two more"') }, { "if-match": now })).body["code"]).toBe("version-conflict");
  });
});

describe("validating", () => {
  const validate = (tenant: Awaited<ReturnType<typeof h.newTenant>>, body: object = {}, at = "/workflows/hello/validate") => tenant.call("POST", at, body);

  it("places faults of types, of syntax, of imports and of what it declares", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    expect((await validate(tenant)).body).toEqual({ ok: true, diagnostics: [], types: "checked" });
    const found = async (source: string) => ((await validate(tenant, { source })).body["diagnostics"] as { line: number; column: number; code: string; message: string }[]).map(({ line, column, code, message }) => `${line}:${column} ${code} ${message.split("\n")[0]}`);
    expect(await found(hello("3"))).toEqual(["6:9 TS2322 Type '{ text: number; }' is not assignable to type 'Greeting'."]);
    expect(await found("export const a = (1;\nconst b = ;")).toEqual([expect.stringMatching(/^1:20 source Unexpected token/)]);
    expect(await found(`import Stripe from "stripe";\n${hello('"a"')}export const client = new Stripe();\n`)).toEqual([expect.stringMatching(/^1:20 source "stripe" is a package.*everstep deploy/)]);
    expect(await found(hello('"a"').replace('id: "hello"', 'id: "goodbye"'))).toEqual([expect.stringMatching(/^1:1 bundle the source does not hold the workflow `hello` any more, but `goodbye`/)]);
    expect(await found(hello('"a"').replace("on.api()", 'on.schedule("99 * * * *")'))).toEqual([expect.stringMatching(/^1:1 bundle workflow `hello`, trigger 1: /)]);
    expect(await found(`${hello('"a"')}\nconst table: Record<string, { a: number }> = {};\nexport const b = table["x"]!.a;\n`)).toEqual([expect.stringMatching(/^11:30 bundle the bundle cannot be loaded: TypeError: Cannot read properties of undefined/)]);
  });

  it("looks at a draft, and changes nothing", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    await tenant.call("PUT", path, { source: hello("3") });
    expect((await validate(tenant)).body).toMatchObject({ ok: false, diagnostics: [{ file: "workflows/hello.ts", line: 6, column: 9 }] });
    expect((await validate(tenant, { source: hello('"three"') })).body).toMatchObject({ ok: true });
    expect((await tenant.call("GET", "/deployments")).body.data).toHaveLength(1);
  });

  it("looks at the source of a workflow that is not there yet", async () => {
    const tenant = await h.newTenant();
    expect((await validate(tenant, { source: hello('"a"') }, "/workflows/validate")).body).toEqual({ ok: true, diagnostics: [], types: "checked" });
    expect((await validate(tenant, { source: "export const a = 1;", file: "a/b.ts" }, "/workflows/validate")).body).toMatchObject({ ok: false, diagnostics: [{ file: "a/b.ts", line: 1, code: "bundle", message: expect.stringContaining("exports no workflow") }] });
    expect((await validate(tenant, { source: hello('"a"').replace('id: "hello"', 'id: "templates"') }, "/workflows/validate")).body).toMatchObject({ ok: false, diagnostics: [{ message: expect.stringContaining("no workflow can have the id `templates`") }] });
  });
});

describe("sources", () => {
  const calls = [["GET", "/source"], ["PUT", "/source", { source: "1" }], ["DELETE", "/draft"], ["POST", "/validate", {}], ["POST", "/publish", {}], ["POST", "/unpublish"], ["GET", "/versions"], ["GET", "/versions/1"], ["GET", "/versions/diff?from=1&to=draft"], ["POST", "/versions/1/restore", {}]] as const;

  it("rejects another tenant", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    await deploySources(theirs);
    await theirs.call("PUT", path, { source: hello('"secret"') });
    for (const [method, rest, body] of calls) expect((await mine.call(method, `/workflows/hello${rest}`, body)).status, `${method} ${rest}`).toBe(404);
    expect((await theirs.call("GET", path)).body).toMatchObject({ source: hello('"secret"'), has_draft: true });
  });

  it("rejects a role without the permission: who looks on reads, who builds writes, who may not deploy does not publish", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    const viewer = await colleague(h, tenant, { role: "viewer" });
    const { body: role } = await tenant.call("POST", "/roles", { name: "Author", grants: { "workflows.read": "all", "workflows.write": "all", "workflows.execute": "all" } });
    const author = await colleague(h, tenant, { role: String(role["id"]) });
    const statuses = async (who: typeof viewer) => Promise.all(calls.map(async ([method, rest, body]) => [`${method} ${rest}`, (await who.call(method, `/workflows/hello${rest}`, body)).status]));
    expect((await statuses(viewer)).filter(([, status]) => status === 403).map(([call]) => call)).toEqual(["PUT /source", "DELETE /draft", "POST /validate", "POST /publish", "POST /unpublish", "POST /versions/1/restore"]);
    expect((await author.call("PUT", path, { source: hello('"mine"') })).status).toBe(200);
    expect((await author.call("POST", "/workflows/hello/publish", {})).status).toBe(403);
    // A test run has effects too.
    expect((await author.call("POST", "/workflows/hello/run-test", { draft: true })).body).toMatchObject({ status: 403, detail: expect.stringContaining("deployments.write") });
    expect((await author.call("POST", "/workflows/hello/versions/1/restore", { publish: true })).status).toBe(403);
    expect((await author.call("POST", "/workflows/hello/versions/1/restore", {})).status).toBe(200);
  });
});
