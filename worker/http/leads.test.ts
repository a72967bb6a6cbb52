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
const ada = { name: "Ada Lovelace", email: "ada@example.com", phone: "+55 (11) 91234-5678", company_name: "Engines Ltd", job_title: "Countess", source: "referral" };
const convert = async (tenant: Pick<Tenant, "call">, id: string, body: object = {}) => {
  const answer = await tenant.call("POST", `/leads/${id}/convert`, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as { lead: Made; contact: Made; company: Made | null; deal: Made | null } & Record<string, unknown>;
};
const countOf = async (tenant: Tenant, path: string) => listed(await tenant.call("GET", `/${path}`)).length;

describe("a lead that is converted", () => {
  it("becomes a contact that has what the lead had, and each knows the other", async () => {
    const tenant = await h.newTenant();
    const tag = await made(tenant, "/tags", { name: "hot" });
    for (const [entity, key, type] of [["lead", "size", "number"], ["contact", "size", "number"], ["lead", "plan", "text"], ["contact", "plan", "number"]]) await made(tenant, "/custom-fields", { entity, key, title: key, type });
    const lead = await made(tenant, "/leads", { ...ada, tags: [tag.id], custom: { size: 7, plan: "gold" } });
    const note = await made(tenant, "/notes", { record_type: "lead", record_id: lead.id, body: "Likes engines" });
    const { lead: after, contact, company, deal } = await convert(tenant, lead.id);
    expect(after).toMatchObject({ id: lead.id, version: 2, status: "converted", converted_at: expect.any(String), contact_id: contact.id, company_id: null, deal_id: null });
    expect(contact).toMatchObject({ name: ada.name, email: ada.email, phone: ada.phone, job_title: ada.job_title, source: "referral", status: "active", tags: [tag.id], custom: { size: 7 }, lead_id: lead.id });
    expect([company, deal]).toEqual([null, null]);
    expect(listed(await tenant.call("GET", `/notes?record_id=${String(contact["lead_id"])}`))).toMatchObject([{ id: note.id }]);
    expect(listed(await tenant.call("GET", `/leads/${lead.id}/history`)).map(({ action }) => action)).toEqual(["lead.convert", "lead.create"]);
    expect(listed(await tenant.call("GET", "/contacts?q=lovelace"))).toMatchObject([{ id: contact.id }]);
    const told = (await env.DB.prepare("select type, data from events where tenant_id = ? and type = 'lead.converted'").bind(tenant.id).all<{ data: string }>()).results;
    expect(told.map(({ data }) => JSON.parse(data) as object)).toMatchObject([{ lead: { id: lead.id, version: 2 }, contact_id: contact.id, company_id: null, deal_id: null }]);
  });

  it("brings its company and a deal along, where that is wanted", async () => {
    const tenant = await h.newTenant();
    const ann = await colleague(h, tenant);
    const lead = await made(tenant, "/leads", { ...ada, owner_id: ann.id });
    const { contact, company, deal } = await convert(tenant, lead.id, { company: true, deal: { value: 500_00, currency: "EUR" } });
    expect(company).toMatchObject({ name: "Engines Ltd", status: "prospect", owner_id: ann.id });
    expect(contact).toMatchObject({ company_id: company?.id, owner_id: ann.id });
    expect(deal).toMatchObject({ name: ada.name, value: 50_000, currency: "EUR", contact_id: contact.id, company_id: company?.id, lead_id: lead.id, owner_id: ann.id, channel: "referral", status: "open", stage_id: expect.any(String) });
    const other = await made(tenant, "/leads", { name: "Charles", company_name: "Engines Ltd" });
    expect((await convert(tenant, other.id, { company: true })).company).toMatchObject({ id: company?.id });
  });

  it("joins the contact that is named, or that has its address or number, and gives them what they lack", async () => {
    const tenant = await h.newTenant();
    const known = await made(tenant, "/contacts", { name: "A. Lovelace", phone: "(11) 91234 5678" });
    const [byPhone, byId, byMail] = [await made(tenant, "/leads", ada), await made(tenant, "/leads", { name: "Ada" }), await made(tenant, "/leads", { name: "Ada L.", email: ada.email })];
    expect((await convert(tenant, byPhone.id, { match: true })).contact).toMatchObject({ id: known.id, name: "A. Lovelace", phone: "(11) 91234 5678", email: ada.email, job_title: "Countess", lead_id: byPhone.id, version: 2 });
    expect((await convert(tenant, byId.id, { contact_id: known.id })).contact).toMatchObject({ id: known.id, lead_id: byPhone.id });
    expect((await convert(tenant, byMail.id, { match: true })).contact).toMatchObject({ id: known.id });
    expect(listed(await tenant.call("GET", `/leads?contact_id=${known.id}`))).toHaveLength(3);
    expect(await countOf(tenant, "contacts")).toBe(1);
    const stranger = await made(tenant, "/leads", { name: "Bob" });
    expect((await convert(tenant, stranger.id, { match: true })).contact).toMatchObject({ name: "Bob" });
  });

  it("twice is refused with the contact that it became", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/leads", ada);
    const { contact } = await convert(tenant, id);
    expect((await tenant.call("POST", `/leads/${id}/convert`, {})).body).toMatchObject({ status: 409, code: "conflict", contact_id: contact.id });
  });

  it("by several at once becomes one contact, and so do leads of one person that are matched", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/leads", ada);
    const answers = await Promise.all([1, 2, 3, 4].map(() => tenant.call("POST", `/leads/${id}/convert`, { company: true, deal: {} })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await Promise.all(["contacts", "companies", "deals"].map((path) => countOf(tenant, path)))).toEqual([1, 1, 1]);
    const leads = await Promise.all([1, 2, 3].map((count) => made(tenant, "/leads", { name: `Bob ${count}`, email: "bob@example.com", company_name: "Bobs" })));
    const results = await Promise.all(leads.map((lead) => convert(tenant, lead.id, { match: true, company: true })));
    expect(new Set(results.map(({ contact }) => contact.id)).size).toBe(1);
    expect(await Promise.all(["contacts", "companies"].map((path) => countOf(tenant, path)))).toEqual([2, 2]);
  });

  it("leaves nothing when a part of it is refused", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/leads", ada);
    for (const [body, pointer] of [[{ deal: { stage_id: "nowhere" } }, "/stage_id"], [{ contact_id: "nobody" }, "/contact_id"], [{ company_id: "none" }, "/company_id"], [{ contact_id: "x", match: true }, "/match"], [{ company_id: "x", company: true }, "/company"]] as const) expect((await tenant.call("POST", `/leads/${id}/convert`, body)).body).toMatchObject({ code: "bad-request", errors: [{ pointer }] });
    expect(await Promise.all(["contacts", "companies", "deals"].map((path) => countOf(tenant, path)))).toEqual([0, 0, 0]);
    expect((await tenant.call("GET", `/leads/${id}`)).body).toMatchObject({ status: "new", version: 1 });
  });

  it("is so by its conversion alone, and stays so", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/leads", ada);
    expect((await tenant.call("PATCH", `/leads/${id}`, { status: "converted" })).body).toMatchObject({ errors: [{ pointer: "/status", detail: expect.stringContaining("/convert") }] });
    expect((await tenant.call("POST", "/leads", { name: "x", status: "converted" })).body).toMatchObject({ code: "bad-request" });
    await convert(tenant, id);
    expect((await tenant.call("PATCH", `/leads/${id}`, { status: "new" })).body).toMatchObject({ errors: [{ pointer: "/status", detail: expect.stringContaining("stays it") }] });
    expect((await tenant.call("PATCH", `/leads/${id}`, { score: 5 })).body).toMatchObject({ status: "converted", score: 5 });
  });
});

describe("access", () => {
  it("rejects another tenant", async () => {
    const [ours, theirs] = [await h.newTenant(), await h.newTenant()];
    const { id } = await made(ours, "/leads", ada);
    expect((await theirs.call("POST", `/leads/${id}/convert`, {})).status).toBe(404);
    const known = await made(ours, "/contacts", { name: "Ada", email: ada.email });
    const mine = await made(theirs, "/leads", ada);
    expect((await theirs.call("POST", `/leads/${mine.id}/convert`, { contact_id: known.id })).body).toMatchObject({ code: "bad-request" });
    expect((await convert(theirs, mine.id, { match: true })).contact.id).not.toBe(known.id);
  });

  it("rejects a role without the permission, of any of what is made", async () => {
    const tenant = await h.newTenant();
    const { id } = await made(tenant, "/leads", ada);
    const role = async (name: string, ...permissions: string[]) => (await made(tenant, "/roles", { name, grants: Object.fromEntries(permissions.map((one) => [one, "all"])) })).id;
    const viewer = await colleague(h, tenant, { role: "viewer" });
    const caller = await colleague(h, tenant, { role: await role("Caller", "leads.read", "leads.write") });
    const clerk = await colleague(h, tenant, { role: await role("Clerk", "leads.read", "leads.write", "contacts.read", "contacts.write") });
    for (const [who, body] of [[viewer, {}], [caller, {}], [clerk, { company: true }], [clerk, { deal: {} }]] as const) expect((await who.call("POST", `/leads/${id}/convert`, body)).body).toMatchObject({ code: "forbidden" });
    expect((await clerk.call("POST", `/leads/${id}/convert`, {})).status).toBe(200);
  });
});
