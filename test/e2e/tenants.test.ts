import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api, Reply } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let ours: Api;
let theirs: Api;
/** An execution of the first tenant that waits for an event. */
let id: string;

beforeAll(async () => {
  server = await startServer();
  ours = server.api;
  const operator = server.as(server.keys.operatorKey);
  const { api_key: key } = await operator.expect(operator.post<{ api_key: string }>("/operator/tenants", { slug: "other", name: "Other" }), 201);
  theirs = server.as(key);
  await ours.deploy(await bundle("./workflows/lifecycle.ts", import.meta.url));
  id = await ours.start("held");
  await ours.reach(id, ({ status }) => status === "waiting");
}, 120_000);
afterAll(() => server?.stop());

describe("another tenant", () => {
  const calls: Array<[string, () => Promise<Reply<{ code: string }>>]> = [
    ["see", () => theirs.get(`/executions/${id}`)],
    ["read the logs of", () => theirs.get(`/executions/${id}/logs`)],
    ["send an event to", () => theirs.post(`/executions/${id}/events`, { type: "go", payload: { name: "Mallory" } })],
    ["pause", () => theirs.post(`/executions/${id}/pause`)],
    ["resume", () => theirs.post(`/executions/${id}/resume`)],
    ["cancel", () => theirs.post(`/executions/${id}/cancel`)],
    ["retry", () => theirs.post(`/executions/${id}/retry`)],
    ["re-run", () => theirs.post(`/executions/${id}/retry`, { mode: "new" })],
    ["decide an approval of", () => theirs.post(`/executions/${id}/approvals/hold-1/decide`, { decision: "approved" })],
  ];

  test.each(calls)("cannot %s an execution: it is as if it did not exist", async (_what, call) => {
    const { status, body } = await call();
    expect([status, body.code]).toEqual([404, "not-found"]);
  });

  test("sees neither its executions nor its workflows nor its deployments", async () => {
    for (const path of ["/executions", "/workflows", "/deployments"]) {
      expect((await ours.expect(ours.get<{ data: unknown[] }>(path), 200)).data).not.toEqual([]);
      expect((await theirs.expect(theirs.get<{ data: unknown[] }>(path), 200)).data).toEqual([]);
    }
    expect((await theirs.post("/workflows/held/execute")).status).toBe(404);
  });

  test("with the same workflow and the same Idempotency-Key starts an execution of its own", async () => {
    await theirs.deploy(await bundle("./workflows/lifecycle.ts", import.meta.url));
    const [mine, other] = [await ours.start("nap", {}, "a key"), await theirs.start("nap", {}, "a key")];
    expect(other).not.toBe(mine);
    expect(await theirs.end(other)).toMatchObject({ status: "completed" });
    expect((await ours.get(`/executions/${other}`)).status).toBe(404);
  });

  test("has not changed anything: the execution still waits, and ends for its owner", async () => {
    expect(await ours.execution(id)).toMatchObject({ status: "waiting" });
    await ours.send(id, "go", { name: "Ada" });
    expect(await ours.end(id)).toMatchObject({ status: "completed", output: { name: "Ada" } });
  });
});

test("an operator's key opens no tenant, a wrong key nothing, a tenant's key no operator's door", async () => {
  expect((await server.as(server.keys.operatorKey).get("/executions")).status).toBe(403);
  expect((await server.as("es_wrong").get("/executions")).status).toBe(401);
  expect((await theirs.post("/operator/tenants", { slug: "third", name: "Third" })).status).toBe(403);
});
