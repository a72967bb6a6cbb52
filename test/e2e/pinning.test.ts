import { afterAll, beforeAll, expect, test } from "vitest";
import type { DeploymentView } from "../../sdk/schema/manifest.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let api: Api;
let first: DeploymentView;
let second: DeploymentView;
let old: string;

const waiting = ({ status }: { status: string }): boolean => status === "waiting";

/** Starts one on whatever is deployed now and says which code it ran. */
async function ranNow(): Promise<unknown> {
  const id = await api.start("pinned");
  await api.send(id, "go", null);
  return (await api.end(id)).output;
}

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  first = await api.deploy(await bundle("./workflows/pinned-1.ts", import.meta.url));
  old = await api.start("pinned");
  await api.reach(old, waiting);
  second = await api.deploy(await bundle("./workflows/pinned-2.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

test("new executions run from the deployment made last", async () => {
  expect(second.version).toBeGreaterThan(first.version);
  expect(await ranNow()).toEqual({ name: "version 2", last: "version 2", version: second.version });
});

test("an execution that began on version 1 finishes with the code of version 1, over a restart too", async () => {
  await server.restart();
  await api.send(old, "go", null);
  const { status, output, version, steps } = await api.end(old);
  expect([status, output, version]).toEqual(["completed", { name: "version 1", last: "version 1", version: first.version }, first.version]);
  expect(steps.map(({ key }) => key)).toEqual(["name-1", "hold-1", "last-1"]);
});

test("an earlier deployment that is activated again runs what starts from then on", async () => {
  const underWay = await api.start("pinned");
  await api.reach(underWay, waiting);
  expect(await api.expect(api.post<DeploymentView>(`/deployments/${first.id}/activate`), 200)).toMatchObject({ id: first.id, active: true });
  expect(await ranNow()).toEqual({ name: "version 1", last: "version 1", version: first.version });
  await api.send(underWay, "go", null);
  expect((await api.end(underWay)).output).toMatchObject({ name: "version 2", last: "version 2" });
});

test("the same bundle again is the deployment there is", async () => {
  const again = await api.post<DeploymentView>("/deployments", await bundle("./workflows/pinned-1.ts", import.meta.url));
  expect([again.status, again.body.id]).toEqual([200, first.id]);
});

test("a bundle that does not load is refused with file and line, and changes nothing", async () => {
  const refused = await api.post<{ code: string; errors: Array<{ detail: string }> }>("/deployments", { main: "broken.js", modules: { "broken.js": "\nexport const x = ;\n" } });
  expect([refused.status, refused.body.code]).toEqual([422, "bundle-rejected"]);
  expect(refused.body.errors[0]?.detail).toMatch(/broken\.js:2/);
  expect(await ranNow()).toMatchObject({ name: "version 1" });
});
