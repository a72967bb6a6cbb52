import { describe, expect, it } from "vitest";
import { newId } from "../../db/ids.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { announceNotifications, type Notice, notify } from "../domain/notifications/notify.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { type Colleague, colleague, listed } from "./testing/people.ts";

const h = harness();

/** Tells somebody something, as the platform does. */
async function tell(tenant: Pick<Tenant, "id">, { id, email }: Pick<Colleague, "id" | "email">, more: Partial<Notice> = {}, role = "member") {
  const [db, now] = [tenantDb(env.DB, tenant.id), Date.now()];
  const notice: Notice = { type: "approval.requested", to: [{ id, email, role, locale: "en" }], key: crypto.randomUUID(), at: now, text: () => ({ title: "Look at this", body: "It matters" }), link: "/approvals/1", record: { type: "approval", id: "1" }, ...more };
  const told = await notify({ env, db, now }, notice);
  await db.batch(told.statements);
  const work: Promise<unknown>[] = [];
  announceNotifications({ env, db, now, waitUntil: (one) => void work.push(one) }, { ...told, mailed: false });
  await Promise.all(work);
  return told;
}

const mailsTo = async (email: string) => (await env.DB.prepare("select subject, text from mails where recipient = ?").bind(email).all<{ subject: string; text: string }>()).results;

describe("notifications", () => {
  it("are one's own, newest first, with how many are unread", async () => {
    const tenant = await h.newTenant();
    const [ada, bob] = [await colleague(h, tenant), await colleague(h, tenant)];
    for (const at of [1, 2, 3]) await tell(tenant, ada, { at: Date.now() + at, text: () => ({ title: `number ${at}`, body: null }) });
    await tell(tenant, bob);
    const all = await ada.call("GET", "/notifications");
    expect(all.body).toMatchObject({ unread_count: 3, pagination: { next_cursor: null } });
    expect(listed(all)).toMatchObject([3, 2, 1].map((at) => ({ title: `number ${at}`, type: "approval.requested", link: "/approvals/1", record: { type: "approval", id: "1" }, read_at: null })));
    expect((await h.call(null, "GET", "/notifications")).status).toBe(401);
  });

  it("come in pages, and are filtered by what was read and by type", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    for (const at of [1, 2, 3]) await tell(tenant, ada, { at: Date.now() + at, type: at === 2 ? "approval.reminder" : "approval.requested" });
    const first = await ada.call("GET", "/notifications?limit=2");
    expect(listed(first)).toHaveLength(2);
    const { next_cursor } = first.body["pagination"] as { next_cursor: string };
    expect(listed(await ada.call("GET", `/notifications?limit=2&cursor=${next_cursor}`))).toHaveLength(1);
    expect(listed(await ada.call("GET", "/notifications?type=approval.reminder"))).toHaveLength(1);
    const [{ id } = {}] = listed(first);
    expect(await ada.call("POST", `/notifications/${String(id)}/read`)).toMatchObject({ status: 200, body: { id, read_at: expect.any(String) } });
    expect((await ada.call("GET", "/notifications?unread=true")).body).toMatchObject({ unread_count: 2, data: [expect.anything(), expect.anything()] });
    expect((await ada.call("POST", "/notifications/read-all")).body).toEqual({ unread_count: 0 });
    expect((await ada.call("GET", "/notifications?unread=true")).body.data).toEqual([]);
    expect((await ada.call("GET", "/notifications?type=nothing")).status).toBe(400);
  });

  it("of somebody else, or of another tenant, can be neither seen nor marked", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const [ada, bob, eve] = [await colleague(h, tenant), await colleague(h, tenant, { role: "admin" }), await colleague(h, other, { role: "admin" })];
    await tell(tenant, ada);
    const [{ id } = {}] = listed(await ada.call("GET", "/notifications"));
    for (const stranger of [bob, eve]) {
      expect((await stranger.call("GET", "/notifications")).body).toMatchObject({ data: [], unread_count: 0 });
      expect((await stranger.call("POST", `/notifications/${String(id)}/read`)).status).toBe(404);
      await stranger.call("POST", "/notifications/read-all");
    }
    expect((await ada.call("GET", "/notifications")).body).toMatchObject({ unread_count: 1 });
  });

  it("are nothing for API keys, nor for a role without the permission", async () => {
    const tenant = await h.newTenant();
    const role = await tenant.call("POST", "/roles", { name: "Nothing", grants: {} });
    const nobody = await colleague(h, tenant, { role: String(role.body["id"]) });
    for (const [method, path] of [["GET", "/notifications"], ["POST", "/notifications/read-all"], ["GET", "/notifications/preferences"]] as const) {
      expect(await tenant.call(method, path)).toMatchObject({ status: 403, body: { detail: "This is for people who are signed in, not for API keys." } });
      expect(await nobody.call(method, path)).toMatchObject({ status: 403, body: { detail: expect.stringContaining("notifications.read") } });
    }
  });
});

describe("telling somebody", () => {
  it("the same twice is telling them once", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const once = { key: "event-1", at: 5 };
    expect((await tell(tenant, ada, once)).reached).toEqual([ada.id]);
    expect((await tell(tenant, ada, once)).reached).toEqual([]);
    expect(listed(await ada.call("GET", "/notifications"))).toHaveLength(1);
    expect(await mailsTo(ada.email)).toHaveLength(1);
  });

  it("goes the ways they chose", async () => {
    const tenant = await h.newTenant();
    const choose = async (channels: object) => {
      const one = await colleague(h, tenant);
      expect(await one.call("PUT", "/notifications/preferences", { preferences: [{ type: "approval.requested", ...channels }] })).toMatchObject({ status: 200 });
      await tell(tenant, one);
      return [(await one.call("GET", "/notifications")).body, (await mailsTo(one.email)).length];
    };
    expect(await choose({ in_app: true, email: false })).toMatchObject([{ unread_count: 1 }, 0]);
    expect(await choose({ in_app: false, email: false })).toMatchObject([{ unread_count: 0, data: [] }, 0]);
    // Found again among what has been read.
    expect(await choose({ in_app: false, email: true })).toMatchObject([{ unread_count: 0, data: [{ read_at: expect.any(String) }] }, 1]);
  });

  it("without a choice goes by the type, and by what they are", async () => {
    const tenant = await h.newTenant();
    const [boss, ada] = [await colleague(h, tenant, { role: "admin" }), await colleague(h, tenant)];
    expect((await tell(tenant, boss, { type: "execution.failed" }, "admin")).reached).toEqual([boss.id]);
    expect((await tell(tenant, ada, { type: "execution.failed" })).reached).toEqual([]);
    const preferencesOf = async (one: Colleague) => listed(await one.call("GET", "/notifications/preferences")).find(({ type }) => type === "execution.failed");
    expect([await preferencesOf(boss), await preferencesOf(ada)]).toMatchObject([{ in_app: true, email: false, chosen: false }, { in_app: false, email: false, chosen: false }]);
  });

  it("refuses preferences for what is no type", async () => {
    const ada = await colleague(h, await h.newTenant());
    for (const preferences of [[], [{ type: "nothing", in_app: true, email: true }], [{ type: "execution.failed", in_app: "yes", email: true }]]) expect((await ada.call("PUT", "/notifications/preferences", { preferences })).status).toBe(400);
  });

  it("makes an id that sorts by time", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const now = Date.now();
    await tell(tenant, ada, { at: now });
    const [{ id } = {}] = listed(await ada.call("GET", "/notifications"));
    expect(String(id) < newId(now + 1) && String(id) > newId(now - 1)).toBe(true);
  });
});
