import { describe, expect, it } from "vitest";
import { objectsOf, type SandboxPort } from "../domain/ports.ts";
import { prepareBundle } from "../sandbox/deploy.ts";
import { auditOf } from "./testing/accounts.ts";
import { harness, type Tenant } from "./testing/harness.ts";
import { listed } from "./testing/people.ts";
import { deploySources, etagOf, hello } from "./testing/sources.ts";

/** What happens while a bundle is looked at. */
let meanwhile: (() => Promise<unknown>) | null = null;
const sandbox: SandboxPort = {
  async prepare(...given) {
    const act = meanwhile;
    meanwhile = null;
    await act?.();
    return prepareBundle(...given);
  },
};
const h = harness(objectsOf, undefined, sandbox);
const save = (tenant: Tenant, source: string) => tenant.call("PUT", "/workflows/hello/source", { source });
const publish = (tenant: Tenant, body: object = {}) => tenant.call("POST", "/workflows/hello/publish", body);
const run = async (tenant: Tenant, id = "hello") => (await tenant.call("POST", `/workflows/${id}/execute`, { wait: 20_000 })).body;

describe("publishing", () => {
  it("runs what was drafted, after its faults were told where they are", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    expect(await run(tenant)).toMatchObject({ output: "one", version: 1 });
    await save(tenant, hello("42"));
    const place = "workflows/hello.ts:6:9 Type '{ text: number; }' is not assignable to type 'Greeting'.";
    expect((await publish(tenant)).body).toMatchObject({ status: 422, code: "bundle-rejected", detail: expect.stringContaining(place) });
    expect((await tenant.call("GET", "/workflows/hello/source")).body["has_draft"]).toBe(true);
    await save(tenant, hello('"two"'));
    expect((await publish(tenant, { message: "Says two" })).body).toMatchObject({ workflow_id: "hello", version: 2, created: true, is_active: true, types: "checked", revision: 4 });
    expect(await run(tenant)).toMatchObject({ output: "two", version: 2 });
    expect((await tenant.call("GET", "/workflows/hello/source")).body).toMatchObject({ has_draft: false, published_version: 2, source: hello('"two"') });
    expect((await publish(tenant)).body).toMatchObject({ version: 2, created: false });
    expect((await auditOf(tenant.id)).filter(({ action }) => action === "workflow.publish")).toMatchObject([{ entity_id: "hello", before: { version: 1 }, after: { origin: "editor", message: "Says two" } }]);
  });

  it("tells errors of a running workflow in its source", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    const line = '  const length = (greeting as { text: string }).text.length; if (length as number > 2) throw new TypeError("too long");';
    await save(tenant, hello('"two"', `\n${line}`));
    expect((await publish(tenant)).status).toBe(200);
    const { error } = await run(tenant);
    expect(error).toMatchObject({ name: "TypeError", stack: expect.stringContaining(`(workflows/hello.ts:7:${line.indexOf("new") + 1})`) });
  });

  it("takes what a draft imports of its deployment's files, and nothing of other files' workflows", async () => {
    const tenant = await h.newTenant();
    const words = "export const word = (): string => 'deep';\n";
    const two = hello("word()").replace("\n", '\nimport { word } from "./lib/words.ts";\n');
    const files = { "workflows/hello.ts": two, "workflows/lib/words.ts": words, "workflows/other.ts": hello('"other"').replaceAll("hello", "other"), "workflows/index.ts": 'export * from "./hello.ts";\nexport * from "./other.ts";' };
    await deploySources(tenant, files, "workflows/index.ts");
    expect((await tenant.call("GET", "/workflows/other/source")).body).toMatchObject({ file: "workflows/other.ts" });
    await save(tenant, two.replace("word()", "word().toUpperCase()"));
    expect((await publish(tenant)).body).toMatchObject({ version: 2 });
    expect(await run(tenant)).toMatchObject({ output: "DEEP" });
    expect((await tenant.call("GET", "/workflows/other")).body["version"]).toBe(1);
    expect((await tenant.call("GET", "/workflows/hello/versions/2")).body).toMatchObject({ file: "workflows/hello.ts", files: { "workflows/lib/words.ts": words } });
  });

  it("refuses what needs a package: it is deployed from its repository", async () => {
    const tenant = await h.newTenant();
    const compiled = { main: "main.js", modules: { "main.js": 'export const hello = { [Symbol.for("everstep.workflow")]: 1, id: "hello", options: {}, handler: async () => 1 };' } };
    const source = `import Stripe from "stripe";\n${hello("new Stripe().name")}`;
    expect((await tenant.call("POST", "/deployments", { ...compiled, sources: { "workflows/hello.ts": source }, exports: { hello: { file: "workflows/hello.ts", name: "hello" } } })).status).toBe(201);
    expect((await save(tenant, source.replace("new Stripe().name", '"no"'))).status).toBe(200);
    expect((await save(tenant, source.replace("name", "id"))).body["has_draft"]).toBe(true);
    expect((await publish(tenant)).body).toMatchObject({ code: "bundle-rejected", detail: expect.stringMatching(/^workflows\/hello\.ts:1:20 "stripe" is a package.*`everstep deploy`/) });
  });

  it("keeps the workflow's id, and leaves workflows of other files alone", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    await deploySources(tenant, { "workflows/other.ts": hello('"other"').replaceAll("hello", "other") }, "workflows/other.ts");
    await save(tenant, hello('"one"').replace('"hello"', '"bye"'));
    expect((await publish(tenant)).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("does not hold the workflow `hello` any more, but `bye`") });
    const taking = `${hello('"one"')}export const other = workflow({ id: "other" }, async () => "taken");\n`;
    await save(tenant, taking);
    expect((await publish(tenant)).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("The workflow `other` is published from workflows/other.ts") });
    expect(await run(tenant, "other")).toMatchObject({ output: "other" });
    await save(tenant, taking.replace('"other"', '"third"'));
    expect((await publish(tenant)).status).toBe(200);
    expect(await run(tenant, "third")).toMatchObject({ output: "taken" });
  });
});

describe("a draft that changes while it is published", () => {
  it("stays, begun from what was published", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    await save(tenant, hello('"two"'));
    meanwhile = () => save(tenant, hello('"three"'));
    expect((await publish(tenant)).body).toMatchObject({ version: 2, created: true });
    expect(await run(tenant)).toMatchObject({ output: "two" });
    expect((await tenant.call("GET", "/workflows/hello/source")).body).toMatchObject({ source: hello('"three"'), has_draft: true, base_version: 2, published_version: 2 });
    expect((await publish(tenant)).body).toMatchObject({ version: 3 });
  });

  it("is published once when two do it at once", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    await save(tenant, hello('"two"'));
    const both = await Promise.all([publish(tenant), publish(tenant)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(listed(await tenant.call("GET", "/workflows/hello/versions"))).toMatchObject([{ version: 2 }, { version: 1 }]);
  });

  it("is not published by who saw another revision", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    const { body } = await save(tenant, hello('"two"'));
    await save(tenant, hello('"three"'));
    expect((await publish(tenant, { revision: body["revision"] })).body).toMatchObject({ code: "version-conflict", current: { source: hello('"three"') } });
  });

  it("does not undo what was deployed since it was begun, unless that is meant", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    await save(tenant, hello('"two"'));
    meanwhile = () => deploySources(tenant, { "workflows/hello.ts": hello('"from git"') });
    expect((await publish(tenant)).body).toMatchObject({ code: "version-conflict", version: 2 });
    expect((await publish(tenant)).body).toMatchObject({ code: "version-conflict", version: 2, detail: expect.stringContaining("published anew since version 1") });
    expect(await run(tenant)).toMatchObject({ output: "from git" });
    expect((await publish(tenant, { replaces: 2 })).body).toMatchObject({ version: 3 });
    expect(await run(tenant)).toMatchObject({ output: "two" });
  });
});

describe("a workflow that is not published any more", () => {
  it("starts no more, once and again, until it is published", async () => {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    for (const _ of [1, 2]) expect((await tenant.call("POST", "/workflows/hello/unpublish")).body).toMatchObject({ id: "hello", is_active: false });
    expect((await tenant.call("POST", "/workflows/hello/execute", {})).body["code"]).toBe("conflict");
    await save(tenant, hello('"two"'));
    expect((await publish(tenant, { is_active: false })).body).toMatchObject({ version: 2, is_active: false });
    expect((await publish(tenant)).body).toMatchObject({ version: 2, is_active: true, created: false });
    await tenant.call("POST", "/workflows/hello/unpublish");
    await save(tenant, hello('"three"'));
    expect((await publish(tenant)).body).toMatchObject({ version: 3, is_active: true });
    expect(await run(tenant)).toMatchObject({ output: "three" });
  });

  it("is not switched on beyond the plan", async () => {
    const tenant = await h.newTenant({ limits: { workflows: 1 } });
    await deploySources(tenant);
    await tenant.call("POST", "/workflows/hello/unpublish");
    await deploySources(tenant, { "workflows/other.ts": hello('"other"').replaceAll("hello", "other") }, "workflows/other.ts");
    await save(tenant, hello('"two"'));
    expect((await publish(tenant)).body).toMatchObject({ code: "plan-limit" });
    expect((await publish(tenant, { is_active: false })).body).toMatchObject({ version: 3, is_active: false });
  });
});

describe("versions", () => {
  async function three(): Promise<Tenant> {
    const tenant = await h.newTenant();
    await deploySources(tenant);
    for (const text of ["two", "three"]) {
      await save(tenant, hello(`"${text}"`));
      await publish(tenant, { message: text });
    }
    return tenant;
  }

  it("are listed newest first, page by page, with how they came about", async () => {
    const tenant = await three();
    const page = await tenant.call("GET", "/workflows/hello/versions?limit=2");
    expect(listed(page)).toMatchObject([{ version: 3, origin: "editor", message: "three", is_published: true, file: "workflows/hello.ts" }, { version: 2, is_published: false, created_by: { kind: "api_key" } }]);
    const { next_cursor: cursor } = page.body["pagination"] as { next_cursor: string };
    expect((await tenant.call("GET", `/workflows/hello/versions?limit=2&cursor=${cursor}`)).body).toMatchObject({ data: [{ version: 1, origin: "deploy" }], pagination: { next_cursor: null } });
    expect((await tenant.call("GET", "/workflows/hello/versions/2")).body).toMatchObject({ version: 2, source: hello('"two"'), files: {} });
    for (const missing of ["9", "0", "x"]) expect((await tenant.call("GET", `/workflows/hello/versions/${missing}`)).status).toBe(404);
  });

  it("are compared with each other, with the draft and with what runs", async () => {
    const tenant = await three();
    await save(tenant, hello('"four"'));
    const diff = async (from: string, to: string) => (await tenant.call("GET", `/workflows/hello/versions/diff?from=${from}&to=${to}`)).body;
    const changed = (text: unknown) => String(text).split("\n").filter((line) => /^[-+] /.test(line)).map((line) => line.replace(/^(.).*text: ("\w+").*/, "$1$2"));
    expect(changed((await diff("1", "2"))["diff"])).toEqual(['-"one"', '+"two"']);
    expect(changed((await diff("published", "draft"))["diff"])).toEqual(['-"three"', '+"four"']);
    expect(String((await diff("1", "2"))["diff"])).toMatch(/^--- workflows\/hello\.ts\t1\n\+\+\+ workflows\/hello\.ts\t2\n@@ -3,6 \+3,6 @@\n/);
    expect(await diff("3", "published")).toEqual({ from: "3", to: "published", same: true, diff: "" });
    expect((await tenant.call("GET", "/workflows/hello/versions/diff?from=1&to=x")).status).toBe(400);
  });

  it("come back into the draft, or as a new version at once", async () => {
    const tenant = await three();
    const seen = etagOf(await tenant.call("GET", "/workflows/hello/source"));
    expect((await tenant.call("POST", "/workflows/hello/versions/1/restore", {}, { "if-match": '"1"' })).body["code"]).toBe("version-conflict");
    expect((await tenant.call("POST", "/workflows/hello/versions/1/restore", {}, { "if-match": seen })).body).toMatchObject({ has_draft: true, source: hello('"one"') });
    expect(await run(tenant)).toMatchObject({ output: "three" });
    expect((await tenant.call("POST", "/workflows/hello/versions/2/restore", { publish: true })).body).toMatchObject({ version: 4, created: true });
    expect(await run(tenant)).toMatchObject({ output: "two", version: 4 });
    expect(listed(await tenant.call("GET", "/workflows/hello/versions"))[0]).toMatchObject({ origin: "restore", message: "Version 2 restored" });
  });
});

describe("deploying", () => {
  it("refuses ids that stand for something else in the interface", async () => {
    const tenant = await h.newTenant();
    for (const id of ["approvals", "executions", "templates", "validate"]) {
      const bundle = { main: "main.js", modules: { "main.js": `export const a = { [Symbol.for("everstep.workflow")]: 1, id: "${id}", options: {}, handler: async () => 1 };` } };
      expect((await tenant.call("POST", "/deployments", bundle)).body).toMatchObject({ code: "bundle-rejected", detail: expect.stringContaining(`no workflow can have the id \`${id}\``) });
    }
  });
});
