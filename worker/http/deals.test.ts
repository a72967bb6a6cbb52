import { describe, expect, it } from "vitest";
import { columnOf, deals as dealTable } from "../../db/schema/record-tables.ts";
import { boardTotalsQuery } from "../../db/board-totals.ts";
import { eq } from "drizzle-orm";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();

type Made = Record<string, unknown> & { id: string };
const made = async (tenant: Pick<Tenant, "call">, path: string, body: object): Promise<Made> => {
  const answer = await tenant.call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Made;
};
const changed = async (tenant: Pick<Tenant, "call">, id: string, change: object): Promise<Made> => {
  const answer = await tenant.call("PATCH", `/deals/${id}`, change);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Made;
};
const eventsOf = async (tenant: Tenant, id: string) => (await env.DB.prepare("select type, data from events where tenant_id = ? and record_id = ? order by seq").bind(tenant.id, id).all<{ type: string; data: string }>()).results.map(({ type, data }) => ({ type, data: JSON.parse(data) as Record<string, unknown> }));

/** A tenant with one pipeline of the usual stages, by name. */
async function selling(): Promise<{ tenant: Tenant; pipeline: string; stage: Record<string, string> }> {
  const tenant = await h.newTenant();
  const { id: pipeline } = await made(tenant, "/pipelines", { name: "Sales" });
  const stage = Object.fromEntries(listed(await tenant.call("GET", `/stages?pipeline_id=${pipeline}`)).map(({ name, id }) => [String(name), String(id)]));
  return { tenant, pipeline, stage };
}
type Column = { stage: Made; count: number; values: { currency: string; amount: number }[]; deals: Made[]; next_cursor: string | null };
const board = async (tenant: Pick<Tenant, "call">, pipeline: string, query = ""): Promise<Column[]> => {
  const answer = await tenant.call("GET", `/pipelines/${pipeline}/board?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body["stages"] as Column[];
};
const namesIn = async (tenant: Pick<Tenant, "call">, pipeline: string, index = 0) => (await board(tenant, pipeline, "limit=100"))[index]?.deals.map(({ name }) => name);

describe("a deal", () => {
  it("is the tenant's first: its pipeline is made with it, once, however many come at the same time", async () => {
    const tenant = await h.newTenant();
    const deals = await Promise.all([1, 2, 3, 4].map((count) => made(tenant, "/deals", { name: `deal ${count}` })));
    const pipelines = listed(await tenant.call("GET", "/pipelines"));
    expect(pipelines).toMatchObject([{ name: "Sales", is_default: true }]);
    expect(new Set(deals.map(({ stage_id }) => stage_id)).size).toBe(1);
    expect(deals[0]).toMatchObject({ pipeline_id: pipelines[0]?.["id"], status: "open", probability: 20, closed_at: null });
  });

  it("goes to the default pipeline's first open stage, to the first of its pipeline, or to the one named", async () => {
    const { tenant, pipeline, stage } = await selling();
    const other = await made(tenant, "/pipelines", { name: "Renewals", stages: [{ name: "Lost", type: "lost" }, { name: "Due", probability: 80 }] });
    expect(await made(tenant, "/deals", { name: "a" })).toMatchObject({ pipeline_id: pipeline, stage_id: stage["Qualification"] });
    expect(await made(tenant, "/deals", { name: "b", pipeline_id: other.id })).toMatchObject({ pipeline_id: other.id, probability: 80, status: "open" });
    expect(await made(tenant, "/deals", { name: "c", stage_id: stage["Proposal"] })).toMatchObject({ pipeline_id: pipeline, probability: 50 });
    expect((await tenant.call("POST", "/deals", { name: "d", pipeline_id: other.id, stage_id: stage["Proposal"] })).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/stage_id" }] });
    expect((await tenant.call("POST", "/deals", { name: "e", stage_id: stage["Won"], status: "lost" })).body).toMatchObject({ errors: [{ pointer: "/status" }] });
  });

  it("is won by coming into a stage of won deals, and stands there when it is said to be won", async () => {
    const { tenant, stage } = await selling();
    const deal = await made(tenant, "/deals", { name: "Acme", stage_id: stage["Negotiation"] });
    const won = await changed(tenant, deal.id, { stage_id: stage["Won"] });
    expect(won).toMatchObject({ status: "won", probability: 100, closed_at: expect.any(String) });
    const lost = await changed(tenant, deal.id, { status: "lost", lost_reason: "too dear" });
    expect(lost).toMatchObject({ stage_id: stage["Lost"], probability: 0, lost_reason: "too dear" });
    expect(await made(tenant, "/deals", { name: "before us", stage_id: stage["Proposal"], status: "won" })).toMatchObject({ stage_id: stage["Won"], status: "won" });
  });

  it("that is opened again is back where it was, and nothing is left of its end", async () => {
    const { tenant, stage } = await selling();
    const deal = await made(tenant, "/deals", { name: "Acme", stage_id: stage["Negotiation"] });
    await changed(tenant, deal.id, { status: "lost", lost_reason: "silence" });
    expect(await changed(tenant, deal.id, { status: "open" })).toMatchObject({ stage_id: stage["Negotiation"], status: "open", probability: 75, closed_at: null, lost_reason: null });
    const born = await made(tenant, "/deals", { name: "born won", status: "won" });
    expect(await changed(tenant, born.id, { status: "open" })).toMatchObject({ stage_id: stage["Qualification"] });
  });

  it("tells of its stages and its end, with the deal as it is then", async () => {
    const { tenant, pipeline, stage } = await selling();
    const deal = await made(tenant, "/deals", { name: "Acme" });
    await changed(tenant, deal.id, { stage_id: stage["Won"] });
    await changed(tenant, deal.id, { status: "open" });
    const told = await eventsOf(tenant, deal.id);
    expect(told.map(({ type }) => type)).toEqual(["deal.created", "deal.updated", "deal.stage_changed", "deal.won", "deal.updated", "deal.stage_changed"]);
    expect(told[2]?.data).toMatchObject({ deal: { id: deal.id, version: 2, status: "won", stage_id: stage["Won"] }, from_stage: { name: "Qualification", type: "open" }, to_stage: { name: "Won", probability: 100 }, pipeline: { id: pipeline, name: "Sales" } });
    expect(told[3]?.data).toMatchObject({ deal: { id: deal.id, closed_at: expect.any(String) } });
  });

  it("stays in its stage when it is put nowhere, and finds a place when it comes back to a stage that is gone", async () => {
    const { tenant, stage } = await selling();
    const deal = await made(tenant, "/deals", { name: "Acme", stage_id: stage["Proposal"] });
    expect(await changed(tenant, deal.id, { stage_id: null, pipeline_id: null, value: 5 })).toMatchObject({ stage_id: stage["Proposal"], value: 5 });
    await tenant.call("DELETE", `/deals/${deal.id}`);
    expect((await tenant.call("DELETE", `/stages/${stage["Proposal"]}`)).status).toBe(204);
    expect((await tenant.call("POST", `/deals/${deal.id}/restore`)).body).toMatchObject({ stage_id: stage["Qualification"] });
  });
});

describe("moving a deal", () => {
  const three = async () => {
    const world = await selling();
    const ids: Record<string, string> = {};
    for (const name of ["c", "b", "a"]) ids[name] = (await made(world.tenant, "/deals", { name })).id;
    const move = (name: string, body: object) => world.tenant.call("POST", `/deals/${ids[name]}/move`, body);
    return { ...world, ids, move };
  };

  it("puts it on top, right above, or right below another", async () => {
    const { tenant, pipeline, stage, ids, move } = await three();
    const stage_id = stage["Qualification"];
    expect(await namesIn(tenant, pipeline)).toEqual(["a", "b", "c"]);
    expect((await move("c", { stage_id })).body).toMatchObject({ version: 2 });
    expect(await namesIn(tenant, pipeline)).toEqual(["c", "a", "b"]);
    await move("c", { stage_id, after_id: ids["a"] });
    expect(await namesIn(tenant, pipeline)).toEqual(["a", "c", "b"]);
    await move("a", { stage_id, after_id: ids["b"] });
    expect(await namesIn(tenant, pipeline)).toEqual(["c", "b", "a"]);
    await move("a", { stage_id, before_id: ids["c"] });
    expect(await namesIn(tenant, pipeline)).toEqual(["a", "c", "b"]);
    expect((await move("b", { stage_id: stage["Won"] })).body).toMatchObject({ status: "won", stage_id: stage["Won"] });
    expect((await move("a", { stage_id, before_id: ids["b"] })).body).toMatchObject({ code: "conflict", errors: [{ pointer: "/before_id" }] });
    for (const body of [{ stage_id, before_id: ids["c"], after_id: ids["c"] }, { stage_id, before_id: ids["a"] }, { stage_id: "nowhere" }]) expect((await move("a", body)).body).toMatchObject({ code: "bad-request" });
    expect(listed(await tenant.call("GET", `/deals/${ids["c"]}/history`)).map(({ action }) => action)).toEqual(["deal.move", "deal.move", "deal.create"]);
  });

  it("at once, the same one to several places and others into the same gap, ends in one order without ties", async () => {
    const { tenant, pipeline, stage, ids, move } = await three();
    const stage_id = stage["Qualification"];
    for (const name of ["d", "e", "f"]) ids[name] = (await made(tenant, "/deals", { name })).id;
    const answers = await Promise.all([...["d", "e", "f"].map((name) => move(name, { stage_id, after_id: ids["a"] })), move("c", { stage_id, after_id: ids["a"] }), move("c", { stage_id }), move("c", { stage_id: stage["Proposal"] })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const columns = await board(tenant, pipeline, "limit=100");
    const all = columns.flatMap(({ deals }) => deals);
    expect(all.map(({ name }) => name).sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
    const names = columns[0]?.deals.map(({ name }) => name) ?? [];
    const between = names.slice(names.indexOf("a") + 1, names.indexOf("b")).filter((name) => name !== "c");
    expect([...between].sort()).toEqual(["d", "e", "f"]);
    for (const { deals } of columns) expect(new Set(deals.map(({ rank }) => rank)).size).toBe(deals.length);
  });
});

describe("a board", () => {
  it("shows what is in each stage, what it is worth by currency, and more of a stage by its cursor", async () => {
    const { tenant, pipeline, stage } = await selling();
    for (const [name, value, currency] of [["a", 100, "EUR"], ["b", 250, "EUR"], ["c", 7, "USD"]] as const) await made(tenant, "/deals", { name, value, currency });
    const columns = await board(tenant, pipeline, "limit=2");
    expect(columns.map((one) => [one.stage["name"], one.count])).toEqual([["Qualification", 3], ["Proposal", 0], ["Negotiation", 0], ["Won", 0], ["Lost", 0]]);
    expect(columns[0]).toMatchObject({ values: [{ currency: "EUR", amount: 350 }, { currency: "USD", amount: 7 }], deals: [{ name: "c" }, { name: "b" }] });
    const more = await board(tenant, pipeline, `limit=2&stage_id=${stage["Qualification"]}&cursor=${columns[0]?.next_cursor}`);
    expect(more).toMatchObject([{ count: null, values: null, deals: [{ name: "a" }], next_cursor: null }]);
    for (const query of ["cursor=abc", `cursor=abc&stage_id=${stage["Won"]}`, "stage_id=nowhere", "colour=red"]) expect((await tenant.call("GET", `/pipelines/${pipeline}/board?${query}`)).body, query).toMatchObject({ code: "bad-request" });
  });

  it("is filtered as lists are, and shows to each what they may read", async () => {
    const { tenant, pipeline } = await selling();
    const role = await made(tenant, "/roles", { name: "Seller", grants: { "deals.read": "own", "deals.write": "own", "pipelines.read": "all" } });
    const ann = await colleague(h, tenant, { role: role.id });
    await made(ann, "/deals", { name: "Ann's boat", value: 10 });
    await made(tenant, "/deals", { name: "The house", value: 20 });
    expect((await board(ann, pipeline))[0]).toMatchObject({ count: 1, values: [{ amount: 10 }], deals: [{ name: "Ann's boat" }] });
    expect((await board(tenant, pipeline, `owner_id=${ann.id}`))[0]).toMatchObject({ count: 1 });
    expect((await board(tenant, pipeline, "q=house"))[0]).toMatchObject({ count: 1, deals: [{ name: "The house" }] });
    expect((await board(tenant, pipeline, `filter=${encodeURIComponent('{"value":{"$gte":15}}')}`))[0]).toMatchObject({ count: 1, values: [{ amount: 20 }] });
  });

  it("is read from indexes: cards in their order without sorting, sums without the rows", async () => {
    const plan = async (query: string, ...values: string[]) => JSON.stringify((await env.DB.prepare(`explain query plan ${query}`).bind(...values).all()).results.map(({ detail }) => detail));
    const where = "tenant_id = ? and stage_id = ? and deleted_at is null";
    expect(await plan(`select * from deals where ${where} order by rank, id limit 21`, "t", "s")).toBe('["SEARCH deals USING INDEX deals_stage_id_rank (tenant_id=? AND stage_id=?)"]');
    expect(await plan(`select * from deals where ${where} and (rank, id) > (?, ?) order by rank, id limit 21`, "t", "s", "a0", "x")).toMatch(/^\["SEARCH deals USING INDEX deals_stage_id_rank/);
    expect(await plan(`select * from deals where ${where} and id <> ? and rank < ? order by rank desc, id desc limit 1`, "t", "s", "x", "a0")).toBe('["SEARCH deals USING INDEX deals_stage_id_rank (tenant_id=? AND stage_id=? AND rank<?)"]');
    expect(await plan(`select * from deals where ${where} and owner_id = ? order by rank, id limit 21`, "t", "s", "u")).toBe('["SEARCH deals USING INDEX deals_stage_id_owner_id_rank (tenant_id=? AND stage_id=? AND owner_id=?)"]');
    const { sql, params } = boardTotalsQuery(env.DB, "t", "p", undefined).toSQL();
    expect(await plan(sql, ...(params as string[]))).toMatch(/^\["SEARCH deals USING COVERING INDEX deals_pipeline_id_stage_id_currency_value\w+ \(tenant_id=\? AND pipeline_id=\?\)"\]$/);
    const own = boardTotalsQuery(env.DB, "t", "p", eq(columnOf(dealTable, "owner_id"), "u")).toSQL();
    expect(await plan(own.sql, ...(own.params as string[]))).toMatch(/SEARCH deals USING/);
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [{ tenant, stage }, other] = [await selling(), await selling()];
    const deal = await made(tenant, "/deals", { name: "Acme" });
    expect((await other.tenant.call("POST", `/deals/${deal.id}/move`, { stage_id: other.stage["Won"] })).status).toBe(404);
    const mine = await made(other.tenant, "/deals", { name: "Mine" });
    expect((await other.tenant.call("POST", `/deals/${mine.id}/move`, { stage_id: stage["Won"] })).body).toMatchObject({ code: "bad-request" });
    expect((await other.tenant.call("POST", `/deals/${mine.id}/move`, { stage_id: other.stage["Qualification"], before_id: deal.id })).body).toMatchObject({ code: "conflict" });
  });

  it("rejects a role without the permission", async () => {
    const { tenant, stage } = await selling();
    const deal = await made(tenant, "/deals", { name: "Acme" });
    const viewer = await colleague(h, tenant, { role: "viewer" });
    expect((await viewer.call("POST", `/deals/${deal.id}/move`, { stage_id: stage["Won"] })).body).toMatchObject({ code: "forbidden" });
  });
});
