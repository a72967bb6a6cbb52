import { sign } from "@octokit/webhooks-methods";
import examples from "@octokit/webhooks-examples";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Api } from "../support/api.ts";
import { type Server, startServer } from "../support/server.ts";

interface Accepted {
  execution_id: string | null;
  executions: Array<{ execution_id: string; workflow_id: string; created: boolean }>;
}
interface Delivery {
  delivery_id: string | null;
  status: number;
  reason: string | null;
  execution_ids: string[];
}

const push = z.looseObject({ ref: z.string(), pusher: z.looseObject({ name: z.string() }), commits: z.array(z.unknown()).default([]) });
const pushes = z.array(push).parse(examples.find(({ name }) => name === "push")?.examples);
let server: Server;
let api: Api;
let secret: string;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  secret = server.hookSecret("github");
}, 120_000);
afterAll(() => server?.stop());

async function deliver(path: string, body: string, headers: Record<string, string>): Promise<{ status: number; body: Accepted & { code?: string } }> {
  const response = await fetch(`${server.url}/hooks/demo/${path}`, { method: "POST", headers: { "content-type": "application/json", "x-github-event": "push", ...headers }, body });
  return { status: response.status, body: (await response.json()) as Accepted & { code?: string } };
}

async function deliveries(path: string, until: (all: Delivery[]) => boolean): Promise<Delivery[]> {
  for (let left = 200; ; left--) {
    const { data } = await api.expect(api.get<{ data: Delivery[] }>(`/hooks/${path}/deliveries?limit=200`), 200);
    if (until(data) || left === 0) return data;
  }
}

test("there are push examples to deliver", () => {
  expect(pushes.length).toBeGreaterThanOrEqual(5);
});

test.each(pushes.map((payload, index) => ({ index, ref: payload.ref, payload })))("push example $index ($ref), delivered twice, runs github-push once to its end", async ({ index, payload }) => {
  const body = JSON.stringify(payload);
  const headers = { "x-github-delivery": `delivery-${index}`, "x-hub-signature-256": await sign(secret, body) };
  const [first, second] = [await deliver("github", body, headers), await deliver("github", body, headers)];
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(first.body.executions).toEqual([expect.objectContaining({ workflow_id: "github-push", created: true })]);
  expect(second.body.executions).toEqual([{ ...second.body.executions[0], execution_id: first.body.execution_id, created: false }]);

  const id = first.body.execution_id ?? "";
  await api.reach(id, ({ steps }) => steps.some(({ kind, status }) => kind === "event" && status === "waiting"));
  expect((await api.send(id, "deploy.finished", { ok: true })).status).toBe(202);
  const { status, output, steps, trigger_data: trigger } = await api.end(id);
  expect(status).toBe("completed");
  expect(output).toMatchObject({ branch: payload.ref.replace(/^refs\/(heads|tags)\//, ""), pusher: payload.pusher.name, commits: payload.commits.length, deployed: true });
  expect(steps.length).toBeGreaterThanOrEqual(6);
  expect(steps.every((step) => step.status === "completed")).toBe(true);
  expect(steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["do", "sleep", "invoke", "event"]));
  expect(trigger).toMatchObject({ kind: "webhook", source: "github", delivery_id: `delivery-${index}` });
});

test("each delivery started one execution, with one child each", async () => {
  for (const workflow of ["github-push", "summarize-commits"]) {
    const { data } = await api.expect(api.get<{ data: unknown[] }>(`/workflows/${workflow}/executions?limit=200`), 200);
    expect(data).toHaveLength(pushes.length);
  }
});

test("the log of deliveries tells what was accepted and what had come before", async () => {
  const all = await deliveries("github", (found) => found.filter(({ status }) => status === 202).length >= pushes.length * 2);
  const again = all.filter(({ reason }) => reason === "delivered before");
  expect(again).toHaveLength(pushes.length);
  expect(new Set(all.filter(({ status }) => status === 202).flatMap(({ execution_ids: ids }) => ids)).size).toBe(pushes.length);
});

test("a wrong signature is answered 401 and starts nothing", async () => {
  const body = JSON.stringify(pushes[0]);
  const forged = await deliver("github", body, { "x-github-delivery": "forged", "x-hub-signature-256": await sign("another secret", body) });
  expect([forged.status, forged.body.code]).toEqual([401, "bad-signature"]);
  const unsigned = await deliver("github", body, { "x-github-delivery": "unsigned" });
  expect(unsigned.status).toBe(401);
  const log = await deliveries("github", (all) => all.filter(({ status }) => status === 401).length >= 2);
  expect(log.filter(({ status }) => status === 401)).toEqual([expect.objectContaining({ execution_ids: [] }), expect.objectContaining({ execution_ids: [] })]);
});

test("a path where no workflow listens is answered 404, and logged", async () => {
  const reply = await deliver("nothing-here", "{}", { "x-github-delivery": "stray" });
  expect([reply.status, reply.body.code]).toEqual([404, "unknown-hook"]);
  expect(await deliveries("nothing-here", (all) => all.length > 0)).toEqual([expect.objectContaining({ status: 404 })]);
});

test("a body above 25 MiB is answered 413, and logged", async () => {
  const body = JSON.stringify({ padding: "x".repeat(26 * 1024 * 1024) });
  const reply = await deliver("github", body, { "x-github-delivery": "huge", "x-hub-signature-256": await sign(secret, body) });
  expect([reply.status, reply.body.code]).toEqual([413, "too-large"]);
  expect(await deliveries("github", (all) => all.some(({ status }) => status === 413))).toContainEqual(expect.objectContaining({ status: 413, execution_ids: [] }));
});

test("a push of several MiB runs like any other", async () => {
  const body = JSON.stringify({ ...pushes[0], padding: "quotes \" and text".repeat(300_000) });
  const reply = await deliver("github", body, { "x-github-delivery": "large", "x-hub-signature-256": await sign(secret, body) });
  expect(reply.status).toBe(202);
  const id = reply.body.execution_id ?? "";
  await api.send(id, "deploy.finished", { ok: false });
  expect(await api.end(id)).toMatchObject({ status: "completed", output: { deployed: false } });
});
