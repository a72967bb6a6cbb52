// The company's records, made through the public interface, so that history, events and
// reports are those of records that people make. What is there already is left alone.
import { StartError } from "../server/lock.mjs";
import { each } from "./api.mjs";

export const paths = { lead: "leads", contact: "contacts", company: "companies", deal: "deals", ticket: "tickets" };
const statusRank = { new: 0, contacted: 1, qualified: 2, unqualified: 2, lost: 2, converted: 3 };

/** By their id elsewhere, which is how they are known again. */
async function ofDemo(api, path) {
  return new Map((await api.all(path, { external_id: { $starts: "demo-" } })).map((one) => [one.external_id, one]));
}

const quoted = (value) => `"${String(value ?? "").replaceAll('"', '""')}"`;

/**
 * From a file, as a company that moves to a CRM would bring them: no workflow is started by it.
 * @param {Record<string, (plan: object, at: number) => unknown>} columns by field
 */
async function imported(api, path, plans, columns) {
  if ((await ofDemo(api, path)).size < plans.length) {
    const all = { external_id: ({ external_id }) => external_id, ...columns };
    const names = Object.keys(all);
    const file = [names, ...plans.map((plan, at) => names.map((name) => all[name](plan, at)))].map((row) => row.map(quoted).join(",")).join("\r\n");
    const { id } = await api.ask("POST", `imports?entity=${path}&name=${path}-of-the-old-crm.csv`, file);
    const mapping = names.map((field, column) => ({ column, field, ...(field === "value" ? { unit: "minor" } : {}) }));
    await api.ask("PATCH", `imports/${id}`, { has_header: true, delimiter: ",", mapping, dedupe: { keys: ["external_id"], mode: "skip" }, options: { fire_events: false } });
    await api.ask("POST", `imports/${id}/start`, {});
    await until(async () => {
      const { status, error, progress } = await api.ask("GET", `imports/${id}`);
      if (status === "failed" || progress.invalid > 0) throw new StartError(`the import of ${path} went wrong: ${error ?? `${progress.invalid} rows were refused: GET /imports/${id}/errors`}`);
      return status === "completed";
    });
  }
  return ofDemo(api, path);
}

/** @returns records by their id elsewhere, of each kind */
export async function makeRecords(api, plan, settings) {
  const { categories, people } = settings;
  const seller = (_, at) => people.sales[at % people.sales.length].email;
  const tags = (one) => one.tags.join(", ");
  const category = (one) => categories.get(one.category).id;
  /** Fields that are called in the plan as they are here. */
  const same = (...names) => Object.fromEntries(names.map((name) => [name, (one) => one[name]]));
  const address = Object.fromEntries(["street", "number", "city", "state", "country"].map((part) => [`address.${part}`, (one) => one.address[part]]));

  const companies = await imported(api, "companies", plan.companies, { ...same("name", "sector", "status", "website", "email", "phone", "employees", "tax_id"), ...address, category_id: category, tags, "custom.size": ({ custom }) => custom.size, owner_id: seller });
  const company = (one) => companies.get(one.company).id;
  const contacts = await imported(api, "contacts", plan.contacts, { ...same("name", "email", "phone", "job_title", "source", "do_not_contact", "tax_id"), company_id: company, tags, owner_id: seller });
  const leads = await imported(api, "leads", plan.leads, { ...same("name", "email", "phone", "company_name", "job_title", "city", "country", "source", "campaign", "score"), last_reply_at: ({ replied }) => replied, "custom.first_contact": (one) => one.first_contact, "custom.product": ({ product }) => product, tags, owner_id: seller });
  await moveLeads(api, plan.leads, leads);
  const stages = new Map(settings.stages.map((stage) => [`${stage.pipeline_id} ${stage.name}`, stage.id]));
  const way = ({ pipeline }) => settings.pipelines.get(pipeline).id;
  const stage = (one, name) => stages.get(`${way(one)} ${name}`);
  const firstStage = ({ pipeline }) => (pipeline === "Sales" ? "Qualification" : "Running");
  const deals = await imported(api, "deals", plan.deals, { ...same("name", "value", "currency", "expected_close", "channel"), pipeline_id: way, stage_id: (one) => stage(one, firstStage(one)), contact_id: (one) => contacts.get(one.contact).id, company_id: company, "custom.product": ({ custom }) => custom.product, owner_id: seller });
  await moveDeals(api, plan.deals.filter((one) => one.stage !== firstStage(one)), deals, stage);
  const tickets = await imported(api, "tickets", plan.tickets, { ...same("subject", "description", "priority", "channel"), customer_id: ({ customer }) => contacts.get(customer).id, company_id: company, category_id: category, assignee_id: (_, at) => people.technicians[at % people.technicians.length].email });
  await moveTickets(api, plan.tickets, tickets);
  const records = { lead: leads, contact: contacts, company: companies, deal: deals, ticket: tickets };
  await makeWork(api, plan, records, people);
  return records;
}

async function moveLeads(api, plans, leads) {
  const going = (to, rank, wanted) => plans.filter((plan) => wanted(plan) && statusRank[leads.get(plan.external_id).status] < rank).map(({ external_id }) => leads.get(external_id).id);
  await api.bulk("leads", going("contacted", 1, ({ status }) => status !== "new"), { status: "contacted" });
  await api.bulk("leads", going("qualified", 2, ({ status }) => status === "qualified" || status === "converted"), { status: "qualified" });
  for (const status of ["unqualified", "lost"]) {
    for (const lost_reason of new Set(plans.map((plan) => plan.lost_reason))) await api.bulk("leads", going(status, 2, (plan) => plan.status === status && plan.lost_reason === lost_reason), { status, lost_reason });
  }
  await each(plans.filter(({ status, external_id }) => status === "converted" && leads.get(external_id).status !== "converted"), ({ external_id, product, name, score }) => api.ask("POST", `leads/${leads.get(external_id).id}/convert`, { company: true, deal: { name: `${product} for ${name}`, value: (score + 5) * 10_000, currency: "BRL" } }));
}

/** Stage by stage, so that reports have something to tell. */
async function moveDeals(api, plans, deals, stage) {
  const fresh = plans.filter((plan) => deals.get(plan.external_id).stage_id === stage(plan, "Qualification"));
  const move = async (chosen, name, more = {}) => chosen[0] && api.bulk("deals", chosen.map(({ external_id }) => deals.get(external_id).id), { stage_id: stage(chosen[0], name), ...more });
  await move(fresh, "Proposal");
  await move(fresh.filter((plan) => plan.stage === "Negotiation" || plan.stage === "Won"), "Negotiation");
  await move(fresh.filter((plan) => plan.stage === "Won"), "Won");
  for (const lost_reason of new Set(fresh.flatMap((plan) => plan.lost_reason ?? []))) await move(fresh.filter((plan) => plan.lost_reason === lost_reason), "Lost", { lost_reason });
}

async function moveTickets(api, plans, tickets) {
  const fresh = plans.filter((plan) => tickets.get(plan.external_id).status === "assigned" && plan.status !== "assigned");
  const change = (chosen, values) => api.bulk("tickets", chosen.map(({ external_id }) => tickets.get(external_id).id), values);
  await change(fresh, { status: "in_progress" });
  for (const status of ["pending", "resolved"]) await change(fresh.filter((plan) => plan.status === status), { status });
  for (const satisfaction of [2, 3, 4, 5]) await change(fresh.filter((plan) => plan.satisfaction === satisfaction), { status: "closed", satisfaction });
}

/** Tasks, notes, activities: known again by what they are about and what they say. */
async function makeWork(api, plan, records, people) {
  const idOf = ({ kind, external_id }) => records[kind].get(external_id).id;
  const tasks = new Map((await api.all("tasks")).flatMap((task) => task.relations.map(({ id }) => [`${id} ${task.title}`, task])));
  await each(plan.tasks, async ({ about, title, type, priority, due_at, timezone }, at) => {
    const key = `${idOf(about)} ${title}`;
    if (!tasks.has(key)) tasks.set(key, await api.ask("POST", "tasks", { title, type, priority, due_at, timezone, relations: [{ type: about.kind, id: idOf(about) }], assignee_id: people.sales[at % people.sales.length].id }));
  });
  for (const status of ["in_progress", "done"]) await api.bulk("tasks", plan.tasks.flatMap((one) => (one.status === status ? tasks.get(`${idOf(one.about)} ${one.title}`) : [])).filter((task) => task.status === "open").map(({ id }) => id), { status });

  for (const [path, label] of [["notes", "body"], ["activities", "subject"]]) {
    const known = new Set((await api.all(path)).map((one) => `${one.record_id} ${one[label]}`));
    await each(plan[path].filter((one) => !known.has(`${idOf(one.about)} ${one[label]}`)), ({ about, ...values }, at) => api.ask("POST", path, { ...values, record_type: about.kind, record_id: idOf(about), ...(path === "activities" ? { user_id: people.sales[at % people.sales.length].id } : {}) }));
  }
}

/** Asks until it is so. @throws Error after three minutes */
export async function until(holds) {
  for (const deadline = Date.now() + 180_000; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (Date.now() > deadline) throw new Error("the server did not get done with it within three minutes");
  }
}
