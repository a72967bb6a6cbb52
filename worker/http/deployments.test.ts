import { describe, expect, it } from "vitest";
import { bundleOf, harness } from "./testing/harness.ts";

const h = harness();

describe("deploying", () => {
  it("counts versions up in each tenant and points the workflows at the newest", async () => {
    const [one, other] = [await h.newTenant(), await h.newTenant()];
    const first = await one.deploy({ title: "First" });
    const second = await one.deploy({ title: "Second" });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect([first.body["version"], second.body["version"]]).toEqual([1, 2]);
    expect((await other.deploy({ title: "First" })).body["version"]).toBe(1);
    expect((await one.call("GET", "/workflows/hello")).body).toMatchObject({ name: "Second", version: 2, deployment_id: second.body["id"] });
  });

  it("answers 200 with what is there when nothing changed", async () => {
    const tenant = await h.newTenant();
    const first = await tenant.deploy({});
    const again = await tenant.deploy({});
    expect(again).toMatchObject({ status: 200, body: { id: first.body["id"], version: 1 } });
  });

  it("is a new version when only the sources changed", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/deployments", bundleOf([{}], { "a.ts": "one" }));
    expect((await tenant.call("POST", "/deployments", bundleOf([{}], { "a.ts": "two" }))).body["version"]).toBe(2);
  });

  it("leaves the workflows of other bundles as they are", async () => {
    const tenant = await h.newTenant();
    const first = await tenant.deploy({ id: "a" });
    await tenant.deploy({ id: "b" });
    expect((await tenant.call("GET", "/workflows/a")).body).toMatchObject({ version: 1 });
    expect((await tenant.call("GET", `/deployments/${first.body["id"]}`)).body).toMatchObject({ active: true });
  });

  it("refuses a broken bundle with file, line and reason, and changes nothing", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const refused = await tenant.call("POST", "/deployments", { main: "src/a.js", modules: { "src/a.js": "const = 1" } });
    expect(refused).toMatchObject({ status: 422, body: { code: "bundle-rejected", detail: "src/a.js:3:5 Unexpected token", errors: [{ pointer: "/modules/src~1a.js" }] } });
    expect((await tenant.call("GET", "/deployments")).body.data).toHaveLength(1);
    expect((await tenant.call("GET", "/workflows/hello")).body["version"]).toBe(1);
  });

  it("refuses workflows of one id, naming their exports and files", async () => {
    const tenant = await h.newTenant();
    const twins = bundleOf([{}, { export: "wf_b" }, { id: "alone", export: "alone" }]);
    expect((await tenant.call("POST", "/deployments", { ...twins, exports: { wf_b: { file: "flows/b.ts", name: "default" } } })).body).toMatchObject({
      code: "bundle-rejected",
      detail: "2 workflows have the id `hello`: the export `hello` and the default export of flows/b.ts. Give each an id of its own.",
    });
    expect((await tenant.call("GET", "/deployments")).body.data).toEqual([]);
  });

  it("refuses a main module that is not there", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("POST", "/deployments", { main: "b.js", modules: { "a.js": "" } })).body).toMatchObject({ code: "bundle-rejected" });
  });

  it("keeps versions apart when two deploy at once", async () => {
    const tenant = await h.newTenant();
    const all = await Promise.all(["a", "b", "c", "d"].map((id) => tenant.deploy({ id })));
    expect(all.map((one) => one.body["version"]).sort()).toEqual([1, 2, 3, 4]);
  });
});

describe("a deployment", () => {
  it("shows its sources and is listed newest first, page by page", async () => {
    const tenant = await h.newTenant();
    const made = await tenant.call("POST", "/deployments", { ...bundleOf([{}], { "hello.ts": "export {}" }), message: "first" });
    await tenant.deploy({ title: "2" });
    await tenant.deploy({ title: "3" });
    expect((await tenant.call("GET", `/deployments/${made.body["id"]}`)).body).toMatchObject({ message: "first", active: false, sources: { "hello.ts": "export {}" } });

    const page = await tenant.call("GET", "/deployments?limit=2");
    expect(page.body.data).toMatchObject([{ version: 3, active: true }, { version: 2, active: false }]);
    const { next_cursor: cursor } = page.body["pagination"] as { next_cursor: string };
    const rest = await tenant.call("GET", `/deployments?limit=2&cursor=${cursor}`);
    expect(rest.body).toMatchObject({ data: [{ version: 1 }], pagination: { next_cursor: null } });
  });

  it("can be made to run again, and executions started next run it", async () => {
    const tenant = await h.newTenant();
    const first = await tenant.deploy({ title: "First" });
    const second = await tenant.deploy({ title: "Second" });
    expect((await tenant.call("POST", `/deployments/${first.body["id"]}/activate`)).body).toMatchObject({ id: first.body["id"], active: true });

    await tenant.call("POST", "/workflows/hello/execute", {});
    expect(h.objects.started.at(-1)).toMatchObject({ bundle: first.body["bundle"], version: 1 });
    expect((await tenant.call("GET", `/deployments/${second.body["id"]}`)).body["active"]).toBe(false);
  });

  it("of another tenant is not found", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    const { body } = await theirs.deploy({});
    expect((await mine.call("GET", `/deployments/${body["id"]}`)).status).toBe(404);
    expect((await mine.call("POST", `/deployments/${body["id"]}/activate`)).status).toBe(404);
    expect((await mine.call("GET", "/deployments")).body.data).toEqual([]);
  });
});
