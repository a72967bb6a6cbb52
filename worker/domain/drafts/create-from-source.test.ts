import { describe, expect, it } from "vitest";
import type { SandboxPort } from "../ports.ts";
import { prepareBundle } from "../../sandbox/deploy.ts";
import { auditOf } from "../../http/testing/accounts.ts";
import { harness } from "../../http/testing/harness.ts";
import { contextIn, hello } from "../../http/testing/sources.ts";
import { createFromSource } from "./create-from-source.ts";
import { idsIn, withIdentity } from "./identity.ts";

const h = harness(undefined, undefined, { prepare: prepareBundle });
const input = { source: hello('"one"'), is_active: true, origin: "editor" as const };

describe("a workflow made of a source", () => {
  it("is published at once, with the name it is given", async () => {
    const tenant = await h.newTenant();
    const made = await createFromSource({ ctx: contextIn(tenant), input: { ...input, name: 'Say "one"', category: "greetings" } });
    expect(made).toMatchObject({ id: "hello", name: 'Say "one"', version: 1, is_active: true });
    expect((await tenant.call("GET", "/workflows/hello/source")).body).toMatchObject({ file: "workflows/hello.ts", source: expect.stringContaining('title: "Say \\"one\\""'), has_draft: false });
    expect((await tenant.call("GET", "/workflows/hello/versions")).body).toMatchObject({ data: [{ version: 1, origin: "editor" }] });
    expect((await auditOf(tenant.id)).map(({ action }) => action).slice(-2).sort()).toEqual(["deployment.create", "workflow.create"]);
  });

  it("gets another id when its own is taken or reserved, and leaves the first alone", async () => {
    const tenant = await h.newTenant();
    const make = async (source = input.source) => (await createFromSource({ ctx: contextIn(tenant), input: { ...input, source } })).id;
    expect([await make(), await make(), await make()]).toEqual(["hello", "hello-2", "hello-3"]);
    expect(await make(hello('"a"').replace('id: "hello"', 'id: "templates"'))).toBe("templates-2");
    expect((await tenant.call("GET", "/workflows/hello")).body["version"]).toBe(1);
    expect((await tenant.call("GET", "/workflows/hello-2/source")).body["source"]).toContain('id: "hello-2"');
  });

  it("gets another id also when two are made at once", async () => {
    const tenant = await h.newTenant();
    const made = await Promise.all([1, 2, 3].map(() => createFromSource({ ctx: contextIn(tenant), input })));
    expect(made.map(({ id }) => id).sort()).toEqual(["hello", "hello-2", "hello-3"]);
  });

  it("is refused when it is taken and computed", async () => {
    const tenant = await h.newTenant();
    const source = hello('"a"').replace('id: "hello"', 'id: ["hel", "lo"].join("")');
    await createFromSource({ ctx: contextIn(tenant), input: { ...input, source } });
    for (const one of [source, `${source}\n`]) await expect(createFromSource({ ctx: contextIn(tenant), input: { ...input, source: one } })).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("There is a workflow `hello` already") });
  });

  it("is there and switched off when that is wanted, also beyond the plan", async () => {
    const tenant = await h.newTenant({ limits: { workflows: 1 } });
    await createFromSource({ ctx: contextIn(tenant), input });
    await expect(createFromSource({ ctx: contextIn(tenant), input })).rejects.toMatchObject({ code: "plan-limit" });
    expect(await createFromSource({ ctx: contextIn(tenant), input: { ...input, is_active: false } })).toMatchObject({ id: "hello-2", is_active: false, version: 2 });
  });

  it("is refused with the places of its faults, and nothing is made", async () => {
    const tenant = await h.newTenant();
    await expect(createFromSource({ ctx: contextIn(tenant), input: { ...input, source: hello("1") } })).rejects.toMatchObject({ code: "bundle-rejected", message: expect.stringMatching(/^workflows\/hello\.ts:6:9 /) });
    await expect(createFromSource({ ctx: contextIn(tenant), input: { ...input, source: "const = 1" } })).rejects.toMatchObject({ code: "bundle-rejected", message: expect.stringMatching(/^workflows\/workflow\.ts:1:7 /) });
    expect((await tenant.call("GET", "/workflows")).body.data).toEqual([]);
  });

  it("gives up when others are always quicker", async () => {
    const tenant = await h.newTenant();
    let busy = 0;
    const quicker: SandboxPort = {
      async prepare(env, id, request, options) {
        if (options?.keep !== false && busy++ < 20) await createFromSource({ ctx: contextIn(tenant), input });
        return prepareBundle(env, id, request, options);
      },
    };
    await expect(createFromSource({ ctx: contextIn(tenant, quicker), input })).rejects.toMatchObject({ code: "conflict" });
    expect(busy).toBe(5);
  });
});

describe("ids and titles in a source", () => {
  it("are found in functions and classes, and changed without touching the rest", () => {
    const source = "import { workflow } from \"everstep\";\nexport default workflow(\n  { id: 'first', // the id\n    title: `First` }, async () => 1);\nconst b = workflow({ id: \"second\" }, async () => 2) satisfies unknown;\nexport { b };\nexport class ThirdOne extends WorkflowEntrypoint { static id = \"3rd\"; }\nexport class FourthOne extends WorkflowEntrypoint<Env> {\n  async run() {}\n}\n";
    expect(idsIn(source)).toEqual(["first", "second", "3rd", "fourth-one"]);
    const changed = withIdentity(source, { ids: new Map([["first", "a"], ["second", "b"], ["3rd", "c"], ["fourth-one", "d"]]), title: 'A "title"' });
    expect(changed).toBe(source.replace("'first'", '"a"').replace("`First`", '"A \\"title\\""').replace('"second"', '"b"').replace('"3rd"', '"c"').replace("<Env> {", '<Env> {\n  static id = "d";'));
    expect(withIdentity('export default workflow({ id: "a" }, f)', { title: "T" })).toBe('export default workflow({ id: "a", title: "T" }, f)');
    expect(idsIn("const = 1")).toEqual([]);
  });
});
