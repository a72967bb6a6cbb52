/** Workflows that act on the tenant's records, on the real engine, while the server is killed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

const executions = 20;
const kills = 3;

let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/actions.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

type Row = Record<string, unknown> & { id: string };
const rowsOf = async (path: string): Promise<Row[]> => (await api.expect(api.get<{ data: Row[] }>(path), 200)).data;

test("each change is there once, with one entry of history and one event, whatever moment the server was killed in", { timeout: 240_000 }, async () => {
  const operator = server.as(server.keys.operatorKey);
  const [tenant] = (await api.expect(operator.get<{ data: { id: string }[] }>("/operator/tenants"), 200)).data;
  const members = await Promise.all([1, 2, 3].map(async (at) => (await api.expect(operator.post<{ id: string }>(`/operator/tenants/${tenant?.id}/people`, { email: `member-${at}@example.com`, name: `Member ${at}`, role: "member", password: "seven green apples fall" }), 201)).id));
  const ids = await Promise.all(Array.from({ length: executions }, (_, run) => api.start("onboarding", { run })));
  for (let kill = 0; kill < kills; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 300 + kill * 400));
    await server.restart();
  }
  const outputs = await Promise.all(ids.map(async (id) => (await api.end(id, 150_000)).output as { lead: string; user: string; score: number; notes: number }));
  expect(outputs.map(({ score, notes }) => [score, notes])).toEqual(outputs.map((_, run) => [run, 2]));

  const leads = await rowsOf("/leads?limit=200");
  expect(leads.map(({ id }) => id).sort()).toEqual(outputs.map(({ lead }) => lead).sort());
  expect(leads.map(({ version }) => version)).toEqual(leads.map(() => 4));
  expect(await rowsOf("/tags")).toMatchObject([{ name: "spring" }]);
  expect(await rowsOf("/notes?limit=200")).toHaveLength(2 * executions);
  for (const { lead, user } of outputs) {
    expect(leads.find(({ id }) => id === lead)).toMatchObject({ status: "contacted", owner_id: user });
    expect((await rowsOf(`/leads/${lead}/history`)).map(({ action }) => action)).toEqual(["lead.update", "lead.update", "lead.update", "lead.create"]);
  }
  // Each in turn: nobody has two more than another.
  const shares = members.map((id) => outputs.filter(({ user }) => user === id).length);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  for (const [type, times] of [["lead.created", 1], ["lead.updated", 3], ["note.created", 2], ["onboarding.done", 1]] as const) {
    expect(await rowsOf(`/events?type=${type}&limit=200`), type).toHaveLength(times * executions);
  }
});

test("a request to where tenants may not go is refused", { timeout: 60_000 }, async () => {
  const ended = await api.end(await api.start("asks", { url: "http://169.254.169.254/latest/meta-data" }));
  expect(ended).toMatchObject({ status: "failed", error: expect.objectContaining({ message: expect.stringContaining("169.254.169.254") }) });
});
