/** The calendar of a tenant's tasks, and the feeds that calendar programs read. */
import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { icalendarOf } from "../domain/calendar/icalendar.ts";
import type { Occurrence } from "../domain/calendar/range.ts";
import { clock } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const time = clock();
const h = harness(undefined, time.now);

const task = async (who: Pick<Tenant, "call">, more: object) => {
  const { status, body, text } = await who.call("POST", "/tasks", { title: "Meeting", ...more });
  expect(status, text).toBe(201);
  return String(body["id"]);
};
const calendar = async (who: Pick<Tenant, "call">, query: string) => {
  const answer = await who.call("GET", `/calendar?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return listed(answer);
};
const parsed = (text: string) => {
  const whole = new ICAL.Component(ICAL.parse(text) as unknown[]);
  return whole.getAllSubcomponents("vevent").map((event) => {
    const { summary, uid, startDate, endDate, location, description } = new ICAL.Event(event);
    return { summary, uid, location, description, start: startDate.toString(), end: endDate.toString() };
  });
};
const december = "from=2026-12-01T00:00:00Z&to=2027-01-01T00:00:00Z";

describe("the calendar", () => {
  it("shows what begins, is due, or still goes on in a time, by its time", async () => {
    const tenant = await h.newTenant();
    await task(tenant, { title: "due", due_at: "2026-12-05T09:00:00Z" });
    await task(tenant, { title: "begins", type: "meeting", starts_at: "2026-12-03T09:00:00Z", ends_at: "2026-12-03T10:00:00Z" });
    await task(tenant, { title: "goes on", starts_at: "2026-11-28T09:00:00Z", ends_at: "2026-12-01T10:00:00Z" });
    await task(tenant, { title: "over", starts_at: "2026-11-28T09:00:00Z", ends_at: "2026-11-29T10:00:00Z" });
    await task(tenant, { title: "later", due_at: "2027-01-01T00:00:00Z" });
    await task(tenant, { title: "without a time" });
    expect((await calendar(tenant, december)).map(({ title }) => title)).toEqual(["goes on", "begins", "due"]);
    expect((await calendar(tenant, `${december}&type=meeting`)).map(({ title }) => title)).toEqual(["begins"]);
    expect((await calendar(tenant, `${december}&status=done,cancelled`)).map(({ title }) => title)).toEqual([]);
    expect((await tenant.call("GET", "/calendar?from=2026-12-01T00:00:00Z&to=2026-11-01T00:00:00Z")).body).toMatchObject({ code: "bad-request", errors: [{ pointer: "/query/to" }] });
    expect((await tenant.call("GET", "/calendar?from=2026-12-01T00:00:00Z&to=2030-11-01T00:00:00Z")).status).toBe(400);
  });

  it("shows what recurs on each of its days, at the hour of its zone", async () => {
    const tenant = await h.newTenant();
    const id = await task(tenant, { starts_at: "2026-10-19T07:00:00Z", ends_at: "2026-10-19T08:00:00Z", timezone: "Europe/Berlin", recurrence: "FREQ=WEEKLY;UNTIL=20261130" });
    const shown = await calendar(tenant, "from=2026-10-01T00:00:00Z&to=2026-11-10T00:00:00Z");
    expect(shown.map(({ starts_at, ends_at, virtual }) => [starts_at, ends_at, virtual])).toEqual([
      ["2026-10-19T07:00:00.000Z", "2026-10-19T08:00:00.000Z", false],
      ["2026-10-26T08:00:00.000Z", "2026-10-26T09:00:00.000Z", true],
      ["2026-11-02T08:00:00.000Z", "2026-11-02T09:00:00.000Z", true],
      ["2026-11-09T08:00:00.000Z", "2026-11-09T09:00:00.000Z", true],
    ]);
    expect(new Set(shown.map(({ task_id }) => task_id))).toEqual(new Set([id]));
    expect(await calendar(tenant, "from=2026-12-01T00:00:00Z&to=2027-02-10T00:00:00Z")).toEqual([]);
    await tenant.call("PATCH", `/tasks/${id}`, { status: "done" });
    // What is next has become a task. The first of the missed days is still to come.
    expect((await calendar(tenant, "from=2026-11-10T00:00:00Z&to=2026-12-10T00:00:00Z")).map(({ starts_at, virtual }) => [starts_at, virtual])).toEqual([
      ["2026-11-23T08:00:00.000Z", false],
      ["2026-11-30T08:00:00.000Z", true],
    ]);
  });

  it("is searched by indexes alone", async () => {
    const plan = async (where: string) => (await env.DB.prepare(`explain query plan select * from tasks where tenant_id = ? and deleted_at is null and ${where}`).bind("t").all<{ detail: string }>()).results.map(({ detail }) => detail).join("; ");
    for (const [where, index] of [["starts_at >= 1 and starts_at < 2 order by starts_at", "starts_at"], ["due_at >= 1 and due_at < 2 order by due_at", "due_at"], ["likelihood(assignee_id = 'a', 0.001) and starts_at >= 1 and starts_at < 2 order by starts_at", "assignee_id_starts_at"], ["likelihood(assignee_id = 'a', 0.001) and due_at >= 1 and due_at < 2 order by due_at", "assignee_id_due_at"], ["+assignee_id = 'a' and recurrence is not null and +status in ('open', 'in_progress') order by recurrence", "recurrence"]] as const) {
      expect(await plan(where)).toMatch(new RegExp(`SEARCH tasks USING INDEX tasks_${index} \\(tenant_id=\\? AND`));
      expect(await plan(where)).not.toMatch(/TEMP B-TREE/);
    }
  });

  it("rejects another tenant, and a role without the permission", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    await task(tenant, { due_at: "2026-12-05T09:00:00Z" });
    expect(await calendar(other, december)).toEqual([]);
    const { id } = (await tenant.call("POST", "/roles", { name: "Nothing", grants: {} })).body;
    expect((await (await colleague(h, tenant, { role: String(id) })).call("GET", "/calendar")).status).toBe(403);
    const own = (await tenant.call("POST", "/roles", { name: "Own", grants: { "tasks.read": "own", "tasks.write": "own" } })).body["id"];
    const ada = await colleague(h, tenant, { role: String(own) });
    await task(ada, { title: "hers", due_at: "2026-12-06T09:00:00Z" });
    expect((await calendar(ada, december)).map(({ title }) => title)).toEqual(["hers"]);
  });
});

describe("a feed", () => {
  const feed = async (who: Pick<Tenant, "call">, more: object = {}) => {
    const { status, body, text } = await who.call("POST", "/calendar/feeds", more);
    expect(status, text).toBe(201);
    return body as { id: string; path: string; url: string };
  };
  const fetched = (path: string, headers: Record<string, string> = {}) => h.call(null, "GET", path, undefined, headers);

  it("is read without signing in, by what its person may see, as iCalendar", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const first = await task(ada, { title: "Call; Ana, \\o/", location: "São Paulo 🌎", description: "line\nline", starts_at: "2026-11-23T12:00:00Z", ends_at: "2026-11-23T12:30:00Z", recurrence: "FREQ=DAILY;COUNT=2" });
    await task(ada, { title: "Holiday", all_day: true, starts_at: "2026-12-24T03:00:00Z", ends_at: "2026-12-25T03:00:00Z", timezone: "America/Sao_Paulo" });
    await task(bob, { title: "Bob's", due_at: "2026-11-24T12:00:00Z" });
    const { path, url } = await feed(ada);
    expect(url).toBe(`https://flows.example.com${path}`);
    const answer = await fetched(path);
    expect(answer.headers.get("content-type")).toBe("text/calendar");
    expect(answer.headers.get("cache-control")).toBe("private, max-age=300");
    const events = parsed(answer.text);
    expect(events).toMatchObject([
      { summary: "Call; Ana, \\o/", location: "São Paulo 🌎", description: "line\nline", start: "2026-11-23T12:00:00Z", end: "2026-11-23T12:30:00Z" },
      { summary: "Call; Ana, \\o/", start: "2026-11-24T12:00:00Z" },
      { summary: "Holiday", start: "2026-12-24", end: "2026-12-26" },
    ]);
    expect(parsed((await fetched((await feed(ada, { scope: "visible" })).path)).text).map(({ summary }) => summary)).toContain("Bob's");
    // The second keeps its name when it has become a task.
    await ada.call("PATCH", `/tasks/${first}`, { status: "done" });
    const later = parsed((await fetched(path)).text);
    expect(later.map(({ uid }) => uid)).toEqual(events.map(({ uid }) => uid));
    expect(later[0]).toMatchObject({ summary: "✓ Call; Ana, \\o/" });
  });

  it("is sent again only when something has changed", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { path } = await feed(ada);
    const etag = (await fetched(path)).headers.get("etag") ?? "";
    expect(await fetched(path, { "if-none-match": etag })).toMatchObject({ status: 304, text: "" });
    await task(ada, { due_at: "2026-12-05T09:00:00Z" });
    expect((await fetched(path, { "if-none-match": etag })).status).toBe(200);
  });

  it("ends when it is deleted, when its person is disabled, and when they may see no tasks", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    const [hers, his] = [await feed(ada), await feed(bob)];
    expect((await bob.call("DELETE", `/calendar/feeds/${hers.id}`)).status).toBe(404);
    expect((await ada.call("DELETE", `/calendar/feeds/${hers.id}`)).status).toBe(204);
    expect((await fetched(hers.path)).status).toBe(404);
    expect((await tenant.call("PATCH", `/users/${bob.id}`, { status: "disabled" })).status).toBe(200);
    expect((await fetched(his.path)).status).toBe(404);
    const gone = await feed(ada);
    expect((await tenant.call("DELETE", `/users/${ada.id}`)).status).toBe(204);
    expect((await fetched(gone.path)).status).toBe(404);
    expect((await fetched("/api/v1/calendar/feeds/guessed.ics")).status).toBe(404);
  });

  it("is kept as a hash, listed for its person alone, and is for people", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id, path } = await feed(ada, { name: "Work" });
    const row = await env.DB.prepare("select * from calendar_feeds where id = ?").bind(id).first();
    expect(JSON.stringify(row)).not.toContain(path.slice(-40, -4));
    expect(listed(await ada.call("GET", "/calendar/feeds"))).toMatchObject([{ id, name: "Work" }]);
    expect(listed(await (await colleague(h, tenant)).call("GET", "/calendar/feeds"))).toEqual([]);
    expect((await tenant.call("POST", "/calendar/feeds", {})).status).toBe(403);
  });

  it("says any text so that a calendar reads the same, in lines of 75 bytes", () => {
    const row = (title: string, description: string) => ({ id: "1", title, description, timezone: "UTC", updated_at: 0, status: "open", type: "task", priority: "normal", series_id: null, all_day: false, location: null }) as unknown as Occurrence["row"];
    const text = fc.string({ unit: "grapheme", maxLength: 200 }).map((one) => one.replaceAll(/\p{Cc}/gu, " ")).filter((one) => one.isWellFormed());
    fc.assert(
      fc.property(text, fc.array(text).map((lines) => lines.join("\n")), (title, description) => {
        const calendar = icalendarOf([{ row: row(`a${title}`, `a${description}`), starts_at: 0, ends_at: null, due_at: null, virtual: false }], { name: title, describes: true, link: () => null });
        for (const line of calendar.split("\r\n")) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
        expect(calendar.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        expect(parsed(calendar)).toMatchObject([{ summary: `a${title}`, description: `a${description}` }]);
      }),
      { numRuns: 200 },
    );
  });
});
