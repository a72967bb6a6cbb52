/** Tasks: when they begin and end, who does them, when they come again, and who is told. */
import { describe, expect, it } from "vitest";
import { tellDueTasks } from "../domain/tasks/due.ts";
import { clock, hour, minute } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const time = clock();
const h = harness(undefined, time.now);

const task = async (who: Pick<Tenant, "call">, more: object = {}) => {
  const { status, body, text } = await who.call("POST", "/tasks", { title: "Stand-up", ...more });
  expect(status, text).toBe(201);
  return body as Record<string, unknown> & { id: string };
};
const openTasks = async (who: Pick<Tenant, "call">) => listed(await who.call("GET", "/tasks?status=open"));
const eventsOf = async (tenant: Tenant, type: string) => (await env.DB.prepare("select data from events where tenant_id = ? and type = ? order by seq").bind(tenant.id, type).all<{ data: string }>()).results.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
const sweep = () => tellDueTasks(env, time.now(), () => {});
const soon = (ms: number) => new Date(time.now() + ms).toISOString();

describe("a task", () => {
  it("is whose it is who makes it, unless it is given to somebody, or to nobody", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    expect(await task(ada)).toMatchObject({ assignee_id: ada.id, status: "open", completed_at: null });
    expect(await task(ada, { assignee_id: bob.id })).toMatchObject({ assignee_id: bob.id });
    expect(await task(ada, { assignee_id: null })).toMatchObject({ assignee_id: null });
    expect(await task(tenant)).toMatchObject({ assignee_id: null });
  });

  it("is done at a time, and not when it is opened again", async () => {
    const tenant = await h.newTenant();
    const { id } = await task(tenant);
    expect((await tenant.call("PATCH", `/tasks/${id}`, { status: "done" })).body).toMatchObject({ completed_at: soon(0) });
    expect(await eventsOf(tenant, "task.completed")).toMatchObject([{ id, status: "done", version: 2 }]);
    expect((await tenant.call("PATCH", `/tasks/${id}`, { title: "Other" })).body).toMatchObject({ completed_at: soon(0) });
    expect(await eventsOf(tenant, "task.completed")).toHaveLength(1);
    expect((await tenant.call("PATCH", `/tasks/${id}`, { status: "open" })).body).toMatchObject({ completed_at: null });
  });

  it("is refused when it ends before it begins, or recurs by no rule", async () => {
    const tenant = await h.newTenant();
    const refused = async (more: object) => (await tenant.call("POST", "/tasks", { title: "x", ...more })).body["errors"];
    const [starts_at, due_at] = ["2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"];
    expect(await refused({ starts_at, ends_at: "2026-12-01T09:00:00Z" })).toMatchObject([{ pointer: "/ends_at" }]);
    expect(await refused({ ends_at: "2026-12-01T09:00:00Z" })).toMatchObject([{ pointer: "/ends_at" }]);
    expect(await refused({ recurrence: "FREQ=DAILY" })).toMatchObject([{ pointer: "/recurrence" }]);
    expect(await refused({ due_at, recurrence: "FREQ=HOURLY" })).toMatchObject([{ pointer: "/recurrence" }]);
    expect(await refused({ due_at, recurrence: "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30" })).toMatchObject([{ detail: "never comes again within thirty years" }]);
    expect(await refused({ timezone: "Mars/Olympus" })).toMatchObject([{ pointer: "/timezone" }]);
  });
});

describe("a task that recurs", () => {
  /** Nine o'clock in New York, on the Saturday before the clocks change. */
  const early = { starts_at: "2027-03-13T14:00:00.000Z", ends_at: "2027-03-13T14:30:00.000Z", due_at: "2027-03-13T15:00:00.000Z", remind_at: "2027-03-13T13:00:00.000Z", timezone: "America/New_York" };

  it("comes again when it is done, once, by the clock of its zone, with all that it had", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const lead = (await tenant.call("POST", "/leads", { name: "Bia" })).body["id"];
    const first = await task(ada, { ...early, recurrence: "FREQ=DAILY;COUNT=3", relations: [{ type: "lead", id: lead }] });
    expect(first).toMatchObject({ series_id: first.id });
    const answers = await Promise.all([1, 2, 3].map(() => ada.call("PATCH", `/tasks/${first.id}`, { status: "done" })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [second, ...more] = await openTasks(ada);
    expect(more).toEqual([]);
    // An hour earlier by UTC: the clocks went forward.
    expect(second).toMatchObject({ title: "Stand-up", assignee_id: ada.id, series_id: first.id, recurrence: "FREQ=DAILY;COUNT=2", starts_at: "2027-03-14T13:00:00.000Z", ends_at: "2027-03-14T13:30:00.000Z", due_at: "2027-03-14T14:00:00.000Z", remind_at: "2027-03-14T12:00:00.000Z", relations: [{ type: "lead", id: lead }] });
    expect((await ada.call("GET", `/tasks/${first.id}`)).body).toMatchObject({ status: "done", recurrence: null });
    // It is done a second time, and nothing comes of it.
    await ada.call("PATCH", `/tasks/${first.id}`, { status: "open" });
    await ada.call("PATCH", `/tasks/${first.id}`, { status: "done" });
    await ada.call("PATCH", `/tasks/${String(second?.["id"])}`, { status: "cancelled" });
    const [third] = await openTasks(ada);
    expect(third).toMatchObject({ recurrence: "FREQ=DAILY;COUNT=1" });
    await ada.call("PATCH", `/tasks/${String(third?.["id"])}`, { status: "done" });
    expect(await openTasks(ada)).toEqual([]);
    expect(await eventsOf(tenant, "task.created")).toHaveLength(3);
  });

  it("skips the days that have passed meanwhile", async () => {
    const tenant = await h.newTenant();
    const { id } = await task(tenant, { due_at: soon(-3 * 24 * hour + minute), recurrence: "FREQ=DAILY" });
    await tenant.call("PATCH", `/tasks/${id}`, { status: "done" });
    expect(await openTasks(tenant)).toMatchObject([{ due_at: soon(minute) }]);
  });

  it("comes no more when it is deleted, or its series ends", async () => {
    const tenant = await h.newTenant();
    const one = await task(tenant, { ...early, recurrence: "FREQ=DAILY" });
    await tenant.call("DELETE", `/tasks/${one.id}`);
    expect(await openTasks(tenant)).toEqual([]);
    const other = await task(tenant, { ...early, recurrence: "FREQ=DAILY" });
    await tenant.call("PATCH", `/tasks/${other.id}`, { status: "done" });
    const [next] = await openTasks(tenant);
    expect((await tenant.call("DELETE", `/tasks/${other.id}/series`)).body).toEqual({ deleted: [next?.["id"]] });
    expect(await openTasks(tenant)).toEqual([]);
    expect((await tenant.call("GET", `/tasks/${other.id}`)).body).toMatchObject({ status: "done" });
    expect((await tenant.call("DELETE", `/tasks/${(await task(tenant)).id}/series`)).body).toMatchObject({ code: "conflict" });
  });

  it("rejects another tenant, and a role without the permission", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const { id } = await task(tenant, { ...early, recurrence: "FREQ=DAILY" });
    expect((await other.call("DELETE", `/tasks/${id}/series`)).status).toBe(404);
    expect((await (await colleague(h, tenant, { role: "viewer" })).call("DELETE", `/tasks/${id}/series`)).status).toBe(403);
    // Members delete what is their own.
    expect((await (await colleague(h, tenant)).call("DELETE", `/tasks/${id}/series`)).status).toBe(403);
  });
});

describe("the assignee", () => {
  const told = async (who: { call: Tenant["call"] }) => listed(await who.call("GET", "/notifications")).filter(({ type }) => type === "task.due");

  it("is told at the reminder, once, however many look at once", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id } = await task(ada, { due_at: soon(hour), remind_at: soon(10 * minute), timezone: "America/Sao_Paulo" });
    await sweep();
    expect(await told(ada)).toEqual([]);
    time.advance(10 * minute);
    await Promise.all([sweep(), sweep(), sweep()]);
    time.advance(2 * hour);
    await sweep();
    expect(await told(ada)).toMatchObject([{ title: "It is time for: Stand-up", link: `/tasks/${id}`, record: { type: "task", id } }]);
    expect(await eventsOf(tenant, "task.due")).toMatchObject([{ id }]);
    expect((await ada.call("GET", `/tasks/${id}`)).body).toMatchObject({ version: 1 });
  });

  it("is told when it is due, at the time it is moved to, and not of what is done, deleted, or was over when it was made", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const moved = await task(ada, { title: "moved", due_at: soon(minute) });
    await ada.call("PATCH", `/tasks/${moved.id}`, { due_at: soon(10 * minute) });
    await ada.call("PATCH", `/tasks/${(await task(ada, { title: "done", due_at: soon(minute) })).id}`, { status: "done" });
    await ada.call("DELETE", `/tasks/${(await task(ada, { title: "deleted", due_at: soon(minute) })).id}`);
    await task(ada, { title: "over", due_at: soon(-minute) });
    await task(ada, { title: "nobody's", due_at: soon(minute), assignee_id: null });
    time.advance(2 * minute);
    await sweep();
    expect(await told(ada)).toEqual([]);
    time.advance(10 * minute);
    await sweep();
    expect((await told(ada)).map(({ title }) => title)).toEqual(["It is time for: moved"]);
  });
});
