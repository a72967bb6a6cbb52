import { describe, expect, it } from "vitest";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

type Made = Record<string, unknown> & { id: string };
const made = async (tenant: Pick<Tenant, "call">, path: string, body: object): Promise<Made> => {
  const answer = await tenant.call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Made;
};
const stagesOf = async (tenant: Tenant, pipeline: string) => listed(await tenant.call("GET", `/stages?pipeline_id=${pipeline}&sort=created_at`)).sort((a, b) => Number(a["position"]) - Number(b["position"])) as Made[];
const stageNames = async (tenant: Tenant, pipeline: string) => (await stagesOf(tenant, pipeline)).map(({ name }) => name);
const defaults = async (tenant: Tenant) => listed(await tenant.call("GET", "/pipelines")).filter(({ is_default }) => is_default).map(({ name }) => name);

describe("a pipeline", () => {
  it("comes with the usual stages, or with those that are named", async () => {
    const tenant = await h.newTenant();
    const usual = await made(tenant, "/pipelines", { name: "Sales" });
    expect(await stagesOf(tenant, usual.id)).toMatchObject([
      { name: "Qualification", type: "open", probability: 20 },
      { name: "Proposal", type: "open", probability: 50 },
      { name: "Negotiation", type: "open", probability: 75 },
      { name: "Won", type: "won", probability: 100 },
      { name: "Lost", type: "lost", probability: 0 },
    ]);
    const own = await made(tenant, "/pipelines", { name: "Renewals", stages: [{ name: "Due", probability: 80 }, { name: "Renewed", type: "won" }] });
    expect(await stagesOf(tenant, own.id)).toMatchObject([{ name: "Due", position: 0, probability: 80 }, { name: "Renewed", position: 1, type: "won", probability: 100 }]);
  });

  it("needs an open stage, and no two of one name", async () => {
    const tenant = await h.newTenant();
    const refused = async (stages: object[]) => (await tenant.call("POST", "/pipelines", { name: "x", stages })).body;
    expect(await refused([{ name: "Won", type: "won" }])).toMatchObject({ code: "bad-request", errors: [{ pointer: "/stages" }] });
    expect(await refused([{ name: "A" }, { name: "A" }])).toMatchObject({ code: "bad-request", errors: [{ pointer: "/stages/1/name" }] });
    expect(await refused([])).toMatchObject({ code: "bad-request" });
    expect(listed(await tenant.call("GET", "/pipelines"))).toEqual([]);
  });

  it("is the default when it is the first, and one of them stays it", async () => {
    const tenant = await h.newTenant();
    const first = await made(tenant, "/pipelines", { name: "First" });
    const second = await made(tenant, "/pipelines", { name: "Second" });
    expect(await defaults(tenant)).toEqual(["First"]);
    expect((await tenant.call("PATCH", `/pipelines/${first.id}`, { is_default: false })).body).toMatchObject({ code: "conflict" });
    expect((await tenant.call("PATCH", `/pipelines/${second.id}`, { is_default: true })).status).toBe(200);
    expect(await defaults(tenant)).toEqual(["Second"]);
    expect((await tenant.call("DELETE", `/pipelines/${second.id}`)).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("default") });
    await made(tenant, "/pipelines", { name: "Third", is_default: true });
    expect(await defaults(tenant)).toEqual(["Third"]);
    await Promise.all(["a", "b", "c", "d"].map((name) => made(tenant, "/pipelines", { name, is_default: true })));
    expect(await defaults(tenant)).toHaveLength(1);
  });

  it("is the only default also when several are made at once as the first", async () => {
    const tenant = await h.newTenant();
    await Promise.all(["a", "b", "c"].map((name) => made(tenant, "/pipelines", { name })));
    expect(await defaults(tenant)).toHaveLength(1);
  });

  it("goes with its stages and comes back with them", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/pipelines", { name: "Sales" });
    expect((await tenant.call("DELETE", `/pipelines/${id}`)).status).toBe(204);
    expect(await stageNames(tenant, id)).toEqual([]);
    expect((await tenant.call("POST", `/pipelines/${id}/restore`)).body).toMatchObject({ is_default: true });
    expect(await stageNames(tenant, id)).toEqual(["Qualification", "Proposal", "Negotiation", "Won", "Lost"]);
  });

  it("with deals goes only when it is said where they go, and they go with it", async () => {
    const tenant = await h.newTenant();
    const [old, next] = [await made(tenant, "/pipelines", { name: "Old" }), await made(tenant, "/pipelines", { name: "Next", is_default: true })];
    const open = await made(tenant, "/deals", { name: "open", pipeline_id: old.id });
    const won = await made(tenant, "/deals", { name: "won", pipeline_id: old.id, status: "won" });
    expect((await tenant.call("DELETE", `/pipelines/${old.id}`)).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("move_to") });
    expect((await tenant.call("POST", "/pipelines/bulk", { action: "delete", ids: [old.id] })).body).toMatchObject({ code: "conflict" });
    expect((await tenant.call("DELETE", `/pipelines/${old.id}?move_to=nowhere`)).body).toMatchObject({ code: "bad-request" });
    expect((await tenant.call("DELETE", `/pipelines/${old.id}?move_to=${next.id}`)).status).toBe(204);
    const stages = await stagesOf(tenant, next.id);
    expect((await tenant.call("GET", `/deals/${open.id}`)).body).toMatchObject({ pipeline_id: next.id, stage_id: stages[0]?.id, status: "open" });
    expect((await tenant.call("GET", `/deals/${won.id}`)).body).toMatchObject({ pipeline_id: next.id, stage_id: stages[3]?.id, status: "won" });
  });
});

describe("a stage", () => {
  it("comes last when nothing is said of its place, and all are put in order at once", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/pipelines", { name: "Sales", stages: [{ name: "A" }, { name: "B" }] });
    const added = await made(tenant, "/stages", { pipeline_id: id, name: "C", type: "won" });
    expect(added).toMatchObject({ position: 2, probability: 100 });
    const ids = (await stagesOf(tenant, id)).map((one) => one.id);
    const ordered = await tenant.call("PUT", `/pipelines/${id}/stages/order`, { stages: [ids[2], ids[0], ids[1]] });
    expect(ordered.body, ordered.text).toMatchObject({ data: [{ name: "C", position: 0 }, { name: "A", position: 1 }, { name: "B", position: 2 }] });
    expect(await stageNames(tenant, id)).toEqual(["C", "A", "B"]);
    for (const stages of [[ids[0]], [ids[0], ids[0], ids[1]], [...ids, "other"]]) expect((await tenant.call("PUT", `/pipelines/${id}/stages/order`, { stages })).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/stages" }] });
  });

  it("that is the last open one stays, also when two go at once", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/pipelines", { name: "Sales", stages: [{ name: "A" }, { name: "B" }, { name: "Won", type: "won" }] });
    const [a, b, won] = await stagesOf(tenant, id);
    const answers = await Promise.all([a, b].map((one) => tenant.call("DELETE", `/stages/${one?.id}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const [left] = await stagesOf(tenant, id);
    expect((await tenant.call("PATCH", `/stages/${left?.id}`, { type: "lost" })).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("last open stage") });
    expect((await tenant.call("DELETE", `/stages/${won?.id}`)).status).toBe(204);
    expect((await tenant.call("PATCH", `/stages/${left?.id}`, { pipeline_id: (await made(tenant, "/pipelines", { name: "Other" })).id })).body).toMatchObject({ errors: [{ pointer: "/pipeline_id" }] });
  });

  it("with deals goes when it is said where they go, and they have moved there", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/pipelines", { name: "Sales" });
    const [first, second] = await stagesOf(tenant, id);
    const deals = await Promise.all([1, 2, 3].map((count) => made(tenant, "/deals", { name: `deal ${count}`, stage_id: first?.id })));
    expect((await tenant.call("DELETE", `/stages/${first?.id}`)).body).toMatchObject({ code: "conflict", detail: expect.stringContaining("move_to") });
    expect((await tenant.call("PATCH", `/stages/${first?.id}`, { type: "won" })).body).toMatchObject({ code: "conflict" });
    expect((await tenant.call("DELETE", `/stages/${first?.id}?move_to=${second?.id}`)).status).toBe(204);
    expect(listed(await tenant.call("GET", `/deals?stage_id=${second?.id}`))).toHaveLength(3);
    const told = await env.DB.prepare("select count(*) as n from events where tenant_id = ? and type = 'deal.stage_changed'").bind(tenant.id).first<{ n: number }>();
    expect(told?.n).toBe(3);
    await tenant.call("DELETE", `/deals/${deals[0]?.id}`);
    await tenant.call("POST", `/stages/${first?.id}/restore`);
    expect((await stageNames(tenant, id))[0]).toBe("Qualification");
  });

  it("into which a deal comes while it goes keeps the deal or refuses it", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/pipelines", { name: "Sales" });
    const [first, second] = await stagesOf(tenant, id);
    const deal = await made(tenant, "/deals", { name: "deal", stage_id: second?.id });
    await Promise.all([tenant.call("DELETE", `/stages/${first?.id}`), tenant.call("PATCH", `/deals/${deal.id}`, { stage_id: first?.id })]);
    const names = (await stagesOf(tenant, id)).map((one) => one.id);
    const { body } = await tenant.call("GET", `/deals/${deal.id}`);
    expect(names).toContain(body["stage_id"]);
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ada, bob] = [await h.newTenant(), await h.newTenant()];
    const { id } = await made(ada, "/pipelines", { name: "Sales" });
    const ids = (await stagesOf(ada, id)).map((one) => one.id);
    const mine = await made(bob, "/pipelines", { name: "Sales" });
    expect((await bob.call("PUT", `/pipelines/${id}/stages/order`, { stages: ids })).status).toBe(404);
    expect((await bob.call("DELETE", `/pipelines/${id}`)).status).toBe(404);
    expect((await bob.call("DELETE", `/pipelines/${mine.id}?move_to=${id}`)).body).toMatchObject({ code: "bad-request" });
    expect((await bob.call("GET", `/pipelines/${id}/board`)).status).toBe(404);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/pipelines", { name: "Sales" });
    const ids = (await stagesOf(tenant, id)).map((one) => one.id);
    const member = await colleague(h, tenant, { role: "member" });
    for (const [method, path, body] of [["PUT", `/pipelines/${id}/stages/order`, { stages: ids }], ["DELETE", `/pipelines/${id}`], ["DELETE", `/stages/${ids[0]}`]] as const) expect((await member.call(method, path, body)).body, path).toMatchObject({ code: "forbidden" });
  });
});
