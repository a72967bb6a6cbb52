/** The company of `npm run demo`, as it is planned. */
import { describe, expect, it } from "vitest";
import { taxIdKind } from "../sdk/schema/crm/tax-id.ts";

interface Plan {
  companies: { external_id: string; name: string; tax_id?: string }[];
  contacts: { external_id: string; email: string; company: string; tax_id?: string }[];
  leads: { external_id: string; status: string; first_contact: string }[];
  deals: { external_id: string; pipeline: string; expected_close: string }[];
  tickets: { external_id: string; customer: string }[];
  tasks: { title: string; about: { external_id: string } }[];
  notes: { body: string; about: { external_id: string } }[];
  activities: { subject: string; happened_at: string; about: { external_id: string } }[];
}
const module: string = "./demo/company.mjs";
const { planCompany } = (await import(module)) as { planCompany: (today: Date) => Plan };
const today = new Date("2026-11-21T15:00:00Z");
const plan = planCompany(today);

describe("the demo company", () => {
  it("is the same whenever it is planned, but for its days", () => {
    expect(planCompany(new Date("2026-11-21T23:59:00Z"))).toEqual(plan);
    const later = planCompany(new Date("2026-12-01T00:00:00Z"));
    expect(later.contacts).toEqual(plan.contacts);
    expect(later.leads[0]?.first_contact).not.toBe(plan.leads[0]?.first_contact);
  });

  it("has as much as was said, and nothing twice", () => {
    expect(Object.fromEntries(Object.entries(plan).map(([kind, all]) => [kind, (all as unknown[]).length]))).toEqual({ companies: 40, contacts: 80, leads: 200, deals: 46, tickets: 40, tasks: 80, notes: 50, activities: 120 });
    const ids = [plan.companies, plan.contacts, plan.leads, plan.deals, plan.tickets].flat().map(({ external_id }) => external_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(plan.contacts.map(({ email }) => email)).size).toBe(80);
    expect(new Set(plan.companies.map(({ name }) => name)).size).toBe(40);
    for (const all of [plan.tasks.map(({ title, about }) => title + about.external_id), plan.notes.map(({ body, about }) => body + about.external_id), plan.activities.map(({ subject, about }) => subject + about.external_id)]) expect(new Set(all).size).toBe(all.length);
  });

  it("has taxpayer numbers with the right check digits", () => {
    const [companies, people] = [plan.companies, plan.contacts].map((all) => all.flatMap(({ tax_id }) => tax_id ?? []));
    expect(companies?.length).toBeGreaterThan(10);
    expect(new Set(companies?.map(taxIdKind))).toEqual(new Set(["cnpj"]));
    expect(new Set(people?.map(taxIdKind))).toEqual(new Set(["cpf"]));
  });

  it("has leads of every status over the last 90 days, and three contracts that end within 30", () => {
    expect(new Set(plan.leads.map(({ status }) => status)).size).toBe(6);
    const days = plan.leads.map(({ first_contact }) => (Date.parse("2026-11-21") - Date.parse(first_contact)) / 86_400_000);
    expect([Math.min(...days) >= 0, Math.max(...days) < 90, Math.max(...days) > 80]).toEqual([true, true, true]);
    expect(plan.deals.filter(({ pipeline, expected_close }) => pipeline === "Renewals" && Date.parse(expected_close) < today.getTime() + 30 * 86_400_000)).toHaveLength(3);
    expect(plan.activities.every(({ happened_at }) => Date.parse(happened_at) < today.getTime())).toBe(true);
  });

  it("names only what it has", () => {
    const known = new Set([plan.companies, plan.contacts, plan.leads, plan.deals].flat().map(({ external_id }) => external_id));
    const named = [...plan.contacts.map(({ company }) => company), ...plan.tickets.map(({ customer }) => customer), ...[...plan.tasks, ...plan.notes, ...plan.activities].map(({ about }) => about.external_id)];
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });
});
