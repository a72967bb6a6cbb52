/** Notes and activities about records, and the list of all that happened around one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstIdAt, newId } from "../../db/ids.ts";
import { byPlace, idsBehind, timeOf } from "../domain/timeline/place.ts";
import { clock, day, hour, minute } from "./testing/accounts.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const time = clock();
const h = harness(undefined, time.now);

const made = async (who: Pick<Tenant, "call">, path: string, body: object) => {
  time.advance(minute);
  const answer = await who.call("POST", path, body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body["id"]);
};
const timeline = async (who: Pick<Tenant, "call">, path: string, query = "") => {
  const answer = await who.call("GET", `${path}/timeline?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return listed(answer) as { kind: string; title: string; id: string; at: string; record: { id: string }; data: Record<string, unknown> }[];
};
const about = (record_id: string, record_type = "lead") => ({ record_type, record_id });

describe("a note", () => {
  it("is about a record that is there, and that its writer may read", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const [lead, foreign] = [await made(tenant, "/leads", { name: "Ada" }), await made(other, "/leads", { name: "Eve" })];
    const id = await made(tenant, "/notes", { ...about(lead), body: "Wants the large one" });
    expect(listed(await tenant.call("GET", `/notes?record_type=lead&record_id=${lead}`))).toMatchObject([{ id, body: "Wants the large one" }]);
    const refused = async (who: Pick<Tenant, "call">, path: string, more: object) => (await who.call("POST", path, { subject: "words", ...more })).body["errors"];
    expect(await refused(tenant, "/activities", { ...about(foreign), type: "call" })).toMatchObject([{ pointer: "/record_id", detail: `there is no lead ${foreign}` }]);
    for (const wrong of [about(foreign), about("nothing"), about(lead, "contact")]) expect((await tenant.call("POST", "/notes", { body: "x", ...wrong })).body["errors"]).toMatchObject([{ pointer: "/record_id" }]);
    expect((await tenant.call("POST", "/notes", { body: "x", ...about(lead, "pipeline") })).body["errors"]).toMatchObject([{ pointer: "/record_type" }]);
    const own = String((await tenant.call("POST", "/roles", { name: "Own", grants: { "leads.read": "own", "notes.read": "all", "notes.write": "all" } })).body["id"]);
    const ada = await colleague(h, tenant, { role: own });
    // What is written about a record is seen by who sees the record.
    expect(listed(await ada.call("GET", "/notes"))).toEqual([]);
    expect((await ada.call("GET", `/notes/${id}`)).status).toBe(404);
    expect((await ada.call("POST", "/notes", { body: "x", ...about(lead) })).body["errors"]).toMatchObject([{ detail: `there is no lead ${lead}` }]);
    expect((await tenant.call("PATCH", `/notes/${id}`, { record_id: foreign })).status).toBe(400);
  });

  it("of a call is of now, and of who writes it, unless it says otherwise", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const lead = await made(ada, "/leads", { name: "Bia" });
    const id = await made(ada, "/activities", { ...about(lead), subject: "Called" });
    expect((await ada.call("GET", `/activities/${id}`)).body).toMatchObject({ happened_at: new Date(time.now()).toISOString(), user_id: ada.id });
  });
});

describe("a timeline", () => {
  it("is all that happened around a record, the latest first", async () => {
    const tenant = await h.newTenant();
    const lead = await made(tenant, "/leads", { name: "Ada" });
    await made(tenant, "/notes", { ...about(lead), body: "First words" });
    await tenant.call("PATCH", `/leads/${lead}`, { status: "qualified" });
    await made(tenant, "/tasks", { title: "Call her", relations: [{ type: "lead", id: lead }] });
    await made(tenant, "/activities", { ...about(lead), type: "call", subject: "An hour ago", happened_at: new Date(time.now() - hour).toISOString() });
    time.advance(minute);
    await tenant.call("POST", `/attachments?record_type=lead&record_id=${lead}&name=a.txt`, "words", { "content-type": "text/plain" });
    await made(tenant, "/leads", { name: "Somebody else" });
    const entries = await timeline(tenant, `/leads/${lead}`);
    expect(entries.map(({ kind, title }) => `${kind} ${title}`).slice(0, 2)).toEqual(["attachment a.txt", "task Call her"]);
    expect(entries.slice(2).map(({ kind, title }) => `${kind} ${title}`).sort()).toEqual(["activity An hour ago", "history lead.create", "history lead.update", "note First words", "transition status: new → qualified", "transition status: – → new"]);
    expect(entries.at(-1)).toMatchObject({ kind: "activity", data: { type: "call" } });
    expect(entries.find(({ title }) => title === "lead.update")).toMatchObject({ record: { type: "lead", id: lead }, data: { before: { status: "new" }, after: { status: "qualified" } } });
    expect((await timeline(tenant, `/leads/${lead}`, "kinds=note,task")).map(({ kind }) => kind)).toEqual(["task", "note"]);
    expect((await tenant.call("GET", `/leads/${lead}/timeline?kinds=gossip`)).status).toBe(400);
  });

  it("comes in pages without gap or repetition, whatever comes between them", async () => {
    const tenant = await h.newTenant();
    const lead = await made(tenant, "/leads", { name: "Ada" });
    for (let count = 0; count < 4; count++) {
      await made(tenant, "/notes", { ...about(lead), body: `note ${count}` });
      await made(tenant, "/activities", { ...about(lead), subject: `activity ${count}`, happened_at: new Date(time.now() - count * day).toISOString() });
      await made(tenant, "/tasks", { title: `task ${count}`, relations: [{ type: "lead", id: lead }] });
    }
    const whole = await timeline(tenant, `/leads/${lead}`, "limit=200");
    expect(whole.map(({ at }) => at)).toEqual(whole.map(({ at }) => at).toSorted().toReversed());
    expect(whole).toHaveLength(14);
    for (const limit of [1, 3, 5]) {
      const seen: string[] = [];
      let cursor: unknown = "";
      while (cursor !== null) {
        const answer = await tenant.call("GET", `/leads/${lead}/timeline?limit=${limit}${cursor === "" ? "" : `&cursor=${String(cursor)}`}`);
        seen.push(...listed(answer).map(({ id }) => String(id)));
        cursor = (answer.body["pagination"] as { next_cursor: string | null }).next_cursor;
      }
      expect(seen).toEqual(whole.map(({ id }) => id));
    }
    expect((await tenant.call("GET", `/leads/${lead}/timeline?cursor=yesterday`)).status).toBe(400);
  });

  it("of a contact goes on with the lead that it was", async () => {
    const tenant = await h.newTenant();
    const [lead, contact] = [await made(tenant, "/leads", { name: "Ada" }), await made(tenant, "/contacts", { name: "Ada" })];
    await made(tenant, "/notes", { ...about(lead), body: "As a lead" });
    await env.DB.prepare("update contacts set lead_id = ? where id = ?").bind(lead, contact).run();
    expect((await timeline(tenant, `/contacts/${contact}`, "kinds=note,history")).map(({ title, record }) => [title, record.id])).toEqual([["As a lead", lead], ["contact.create", contact], ["lead.create", lead]]);
    const role = String((await tenant.call("POST", "/roles", { name: "Contacts", grants: { "contacts.read": "all" } })).body["id"]);
    expect((await timeline(await colleague(h, tenant, { role }), `/contacts/${contact}`)).map(({ title }) => title)).toEqual(["contact.create"]);
  });

  it("goes on with what was merged into the record", async () => {
    const tenant = await h.newTenant();
    const [kept, merged] = [await made(tenant, "/contacts", { name: "Ada" }), await made(tenant, "/contacts", { name: "Ada L." })];
    await made(tenant, "/notes", { ...about(merged, "contact"), body: "About the other" });
    time.advance(minute);
    const answer = await tenant.call("POST", `/contacts/${kept}/merge`, { ids: [merged] });
    expect(answer.status, answer.text).toBeLessThan(300);
    const seen = await timeline(tenant, `/contacts/${kept}`);
    expect(seen.filter(({ title }) => title === "contact.create").map(({ record }) => record.id)).toEqual([merged, kept]);
    expect(seen.map(({ title }) => title)).toContain("About the other");
  });

  it("leaves out what may not be seen, and masks what is masked", async () => {
    const tenant = await h.newTenant();
    const lead = await made(tenant, "/leads", { name: "Ada", email: "ada@example.com" });
    await made(tenant, "/notes", { ...about(lead), body: "Secret words" });
    await made(tenant, "/tasks", { title: "Not yours", relations: [{ type: "lead", id: lead }] });
    const roleOf = async (grants: object, masked: object = {}) => String((await tenant.call("POST", "/roles", { name: crypto.randomUUID(), grants, masked })).body["id"]);
    const seen = async (role: string) => timeline(await colleague(h, tenant, { role }), `/leads/${lead}`);
    expect((await seen(await roleOf({ "leads.read": "all", "tasks.read": "own" }))).map(({ kind }) => kind).sort()).toEqual(["history", "transition"]);
    const masked = await seen(await roleOf({ "leads.read": "all", "notes.read": "all" }, { leads: ["email"], notes: ["body"] }));
    expect(masked.find(({ kind }) => kind === "note")).toMatchObject({ title: "S…", data: { body: "S…" } });
    expect(masked.find(({ kind }) => kind === "history")?.data).toMatchObject({ after: { email: "a…@example.com" } });
  });

  it("rejects another tenant, and a role without the permission", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const lead = await made(tenant, "/leads", { name: "Ada" });
    expect((await other.call("GET", `/leads/${lead}/timeline`)).status).toBe(404);
    const role = String((await tenant.call("POST", "/roles", { name: "Notes", grants: { "notes.read": "all" } })).body["id"]);
    expect((await (await colleague(h, tenant, { role })).call("GET", `/leads/${lead}/timeline`)).status).toBe(403);
  });

  it("goes on exactly behind the last entry", () => {
    const place = fc.record({ at: fc.integer({ min: 1, max: 5 }), made: fc.integer({ min: 1, max: 5 }) }).map(({ at, made }) => ({ at, id: newId(made) }));
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 5 }), (last, at) => {
        const id = newId(at);
        expect(id < idsBehind(last)).toBe(byPlace(last, { at: timeOf(id), id }) < 0 && id !== last.id);
      }),
    );
    expect(timeOf(firstIdAt(1234))).toBe(1234);
  });
});
