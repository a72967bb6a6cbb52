/** `npm run demo` against a server of `npm start`: made once however often it is run, and its workflows at work. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";
import { cleanEnvironment, cleanUp, type Finished, finish, repository, temporaryFolder } from "./server.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

type Row = Record<string, unknown> & { id: string };
const kinds = ["leads", "contacts", "companies", "deals", "tickets", "tasks", "notes", "activities", "tags", "categories", "pipelines", "stages"];
const demo = (data: string): Promise<Finished> => finish(spawn(process.execPath, [join(repository, "tools/demo.mjs")], { cwd: repository, env: cleanEnvironment({ EVERSTEP_DATA: data, NO_COLOR: "1" }) }));

let server: Server;
let api: Api;
let first: Finished;
const list = async (path: string): Promise<Row[]> => (await api.expect(api.get<{ data: Row[] }>(path), 200)).data;
const counts = async (): Promise<Record<string, number>> =>
  Object.fromEntries([
    ...(await Promise.all(kinds.map(async (kind) => [kind, (await api.expect(api.get<{ pagination: { total: number } }>(`/${kind}?limit=1&count=true`), 200)).pagination.total] as const))),
    ...(await Promise.all(["users", "teams", "custom-fields", "imports", "executions", "approvals", "emails"].map(async (path) => [path, (await list(`/${path}${path === "custom-fields" ? "" : "?limit=100"}`)).length] as const))),
  ]);
async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`it did not come to that: ${JSON.stringify(answer)}`);
  }
}

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  // Somebody was quicker and has deployed all of them: none may set about the records that are made.
  await api.deploy(await bundle("../../workflows", import.meta.url));
  first = await demo(server.folder);
});
afterAll(async () => {
  await server?.stop();
  await cleanUp();
});

describe("a company made by npm run demo", () => {
  test("is all there, with a history that reports tell of", async () => {
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(await counts()).toMatchObject({ leads: 201, contacts: 94, companies: 54, deals: 60, tickets: 41, tasks: 80, notes: 50, pipelines: 2, stages: 10, tags: 8, categories: 6, users: 9, teams: 1, "custom-fields": 4, imports: 5 });
    expect(first.stdout).toMatch(/leads +201/);
    const { totals } = await api.expect(api.get<{ totals: Record<string, number> }>("/reports/leads"), 200);
    expect(totals).toMatchObject({ created: 201, qualified: 48, converted: 14, lost: 34, unqualified: 22 });
    const [won] = await list('/deals?filter={"status":"won"}&limit=1');
    expect((await list(`/deals/${won?.id}/timeline?kinds=transition`)).filter(({ title }) => String(title).startsWith("stage_id")).length).toBeGreaterThan(2);
  });

  test("sets its workflows to work on what came last, and on nothing older", async () => {
    const [ticket] = await until(() => list('/tickets?filter={"external_id":"demo-live-ticket"}'), ([one]) => one?.["status"] === "assigned");
    const technicians = (await list("/users?limit=100")).filter(({ email }) => /^(tania|teo|tess)@/.test(String(email)));
    expect(technicians.map(({ id }) => id)).toContain(ticket?.["assignee_id"]);
    await until(() => list('/leads?filter={"external_id":"demo-live-lead"}'), ([one]) => one?.["status"] === "contacted");
    expect(await until(() => list("/approvals?status=pending"), (all) => all.length === 3)).toHaveLength(3);
    expect((await until(() => list("/executions?limit=100"), (all) => all.length === 6)).map(({ workflow_id }) => workflow_id).sort()).toEqual(["assign-ticket", "contract-renewal", "contract-renewal", "contract-renewal", "contract-renewals", "lead-nurture"]);
  });

  test("is there once when it is made again", async () => {
    expect((await list("/workflows?limit=100")).filter(({ is_active }) => !is_active)).toEqual([]);
    // Its mails, too: the last execution has ended or waits.
    await until(() => list("/emails?limit=100"), (mails) => mails.length >= 3);
    const before = await counts();
    expect(await demo(server.folder)).toMatchObject({ code: 0, stderr: "" });
    expect(await counts()).toEqual(before);
  });

  test("goes on reacting: the next urgent ticket finds its technician", async () => {
    const { id } = await api.expect(api.post<Row>("/tickets", { subject: "Alarm", priority: "high" }), 201);
    await until(() => api.expect(api.get<Row>(`/tickets/${id}`), 200), (ticket) => ticket["status"] === "assigned");
  });

  test("has people who can sign in", async () => {
    const people = JSON.parse(readFileSync(join(server.folder, "people.json"), "utf8")) as { email: string; password: string; tenant: string }[];
    const tess = people.find(({ email }) => email === "tess@demo.example");
    expect((await server.as("").post("/auth/login", { email: tess?.email, password: tess?.password, tenant: tess?.tenant }, { authorization: "" })).status).toBe(200);
  });
});

describe("npm run demo refuses", () => {
  test("a production installation", async () => {
    const data = temporaryFolder();
    mkdirSync(join(data, "state"), { recursive: true });
    writeFileSync(join(data, "state", "prepared.json"), '{"production":true}');
    expect(await demo(data)).toMatchObject({ code: 1, stderr: expect.stringContaining("is a production installation") });
  });

  test("to start without a server", async () => {
    expect(await demo(join(temporaryFolder(), "nothing"))).toMatchObject({ code: 1, stderr: expect.stringContaining("no server of npm start runs") });
  });
});
