import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { mailedToken } from "../support/mailbox.ts";
import { type Server, startServer } from "../support/server.ts";

interface Approval {
  id: string;
  status: string;
  title: string;
  requested_from: string | null;
}

interface Colleague {
  id: string;
  email: string;
  api: Api;
}

let server: Server;
let api: Api;
let ada: Colleague;
let bob: Colleague;

const password = "seven green apples fall";

async function colleague(name: string): Promise<Colleague> {
  const email = `${name}@example.com`;
  const { id: tenant } = await api.expect(api.get<{ id: string }>("/tenants/current"), 200);
  const operator = server.as(server.keys.operatorKey);
  await api.expect(operator.post(`/operator/tenants/${tenant}/people`, { email, name, role: "member", password }), 200, 201);
  const { access_token, user } = await api.expect(operator.post<{ access_token: string; user: { id: string } }>("/auth/login", { email, password, tenant }, { authorization: "" }), 200);
  return { id: user.id, email, api: server.as(access_token) };
}

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/approvals.ts", import.meta.url));
  [ada, bob] = [await colleague("ada"), await colleague("bob")];
}, 120_000);
afterAll(() => server?.stop());

const pending = async (workflow: string, input: object): Promise<{ execution: string; approval: Approval }> => {
  const execution = await api.start(workflow, input);
  await api.reach(execution, ({ status }) => status === "pending_approval");
  for (;;) {
    const { approvals } = await api.expect(api.get<{ approvals: Approval[] }>(`/workflows/approvals?execution_id=${execution}&status=pending`), 200);
    if (approvals[0]) return { execution, approval: approvals[0] };
  }
};
const decide = (by: Api, id: string, body: object) => by.post<{ status: string; detail?: string; errors?: { pointer: string }[] }>(`/workflows/approvals/${id}/decide`, body);
const answers = { amount: 7, due: "2026-05-01" };

describe("an approval", () => {
  test("by a quorum goes on with typed answers and everybody's votes", async () => {
    const { execution, approval } = await pending("ordering", { from: [ada.id, "bob@example.com", "nobody"], need: 2 });
    expect(approval).toMatchObject({ title: "Order it?", status: "pending", requested_from: "ada, bob, nobody" });
    expect((await decide(ada.api, approval.id, { decision: "approved", answers: { amount: 901 } })).body.errors).toMatchObject([{ pointer: "/answers/amount" }, { pointer: "/answers/due" }]);
    expect((await decide(ada.api, approval.id, { decision: "approved", answers })).body).toMatchObject({ status: "pending" });
    expect((await decide(ada.api, approval.id, { decision: "approved", answers })).status).toBe(409);
    expect((await decide(bob.api, approval.id, { decision: "approved", answers: { ...answers, amount: 9 } })).body).toMatchObject({ status: "approved", workflow_execution_resumed: true });
    expect((await api.end(execution)).output).toEqual({ decision: "approved", cents: 900, year: 2026, decided_by: bob.id, voters: [ada.id, bob.id] });
  });

  test("is decided by the link in the mail, once", async () => {
    const eve = await colleague("eve");
    const { execution } = await pending("ordering", { from: [eve.email] });
    const token = await mailedToken(server, eve.email, "/account/approval");
    const open = server.as("");
    expect((await open.post("/approvals/link", { token }, { authorization: "" })).body).toMatchObject({ title: "Order it?", decides_as: "eve", form: { type: "object", required: ["amount", "due"] } });
    expect((await fetch(`${server.url}/account/approval`)).headers.get("content-type")).toContain("text/html");
    const send = () => open.post("/approvals/link/decide", { token, decision: "approved", answers }, { authorization: "" });
    expect((await send()).body).toMatchObject({ status: "approved", approved_by: "eve" });
    expect((await send()).status).toBe(410);
    expect((await api.end(execution)).output).toMatchObject({ decision: "approved", decided_by: eve.id });
  });

  test("of fifty decisions at once counts one", async () => {
    const { execution, approval } = await pending("ordering", { from: ["member"] });
    const all = await Promise.all(Array.from({ length: 50 }, (_, index) => decide(index % 2 ? ada.api : bob.api, approval.id, { decision: index % 4 < 2 ? "approved" : "rejected", answers })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    const { output } = await api.end(execution);
    expect((output as { voters: string[] }).voters).toHaveLength(1);
  });

  test("outlives a kill, and whoever is asked finds it afterwards", async () => {
    const { execution, approval } = await pending("ordering", { from: [ada.id] });
    await server.restart();
    expect((await api.expect(ada.api.get<{ data: Approval[] }>("/approvals?mine=true"), 200)).data.map(({ id }) => id)).toContain(approval.id);
    expect((await decide(ada.api, approval.id, { decision: "rejected" })).body).toMatchObject({ status: "rejected", workflow_execution_resumed: true });
    expect((await api.end(execution)).output).toMatchObject({ decision: "rejected", cents: null });
  });

  test("that nobody decides ends as its author chose, and shows as expired", async () => {
    const { execution, approval } = await pending("lenient", { timeoutMs: 1500 });
    expect((await api.end(execution)).output).toEqual({ decision: "approved", decided_by: null });
    for (;;) {
      const { status } = await api.expect(api.get<Approval>(`/workflows/approvals/${approval.id}`), 200);
      expect(["pending", "expired"]).toContain(status);
      if (status === "expired") break;
    }
    expect((await decide(ada.api, approval.id, { decision: "rejected" })).status).toBe(409);
  });

  test("is over when its execution is cancelled", async () => {
    const { execution, approval } = await pending("ordering", { from: [ada.id] });
    await api.expect(api.post(`/executions/${execution}/cancel`), 202);
    expect((await decide(ada.api, approval.id, { decision: "approved", answers })).status).toBe(409);
    expect((await api.expect(api.get<Approval>(`/workflows/approvals/${approval.id}`), 200)).status).toBe("cancelled");
  });

  test("is asked for anew by the next run, and by a retry", async () => {
    const first = await pending("twice", {});
    await decide(ada.api, first.approval.id, { decision: "approved" });
    let second: Approval | undefined;
    while (!second) second = (await api.expect(api.get<{ data: Approval[] }>(`/approvals?execution_id=${first.execution}&status=pending`), 200)).data[0];
    expect(second).toMatchObject({ title: "Run 2?" });
    expect(second.id).not.toBe(first.approval.id);
    await api.expect(api.post(`/executions/${first.execution}/cancel`), 202);
    await api.expect(api.post(`/executions/${first.execution}/retry`), 202);
    let third: Approval | undefined;
    while (!third || third.id === second.id) third = (await api.expect(api.get<{ data: Approval[] }>(`/approvals?execution_id=${first.execution}&status=pending`), 200)).data[0];
    expect((await decide(bob.api, third.id, { decision: "rejected" })).body).toMatchObject({ workflow_execution_resumed: true });
    expect((await api.end(first.execution)).output).toBe("rejected");
  });
});

test("whoever is asked is notified, and told how it ended", async () => {
  const { approval } = await pending("ordering", { from: [ada.id, bob.id] });
  const about = async (one: Colleague) => (await api.expect(one.api.get<{ data: { type: string; record: { id: string } }[] }>("/notifications"), 200)).data.filter(({ record }) => record.id === approval.id).map(({ type }) => type);
  expect(await about(bob)).toEqual(["approval.requested"]);
  await decide(ada.api, approval.id, { decision: "rejected" });
  while ((await about(bob)).length < 2);
  expect([await about(bob), await about(ada)]).toEqual([["approval.decided", "approval.requested"], ["approval.requested"]]);
});
