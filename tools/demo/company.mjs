// The company of the demo, as a plan: what there is to be made, always the same but for the
// days, which are counted from today.
import { activitySubjects, brazilian, campaigns, companyNames, familyNames, givenNames, jobTitles, lostReasons, noteTexts, places, products, tagNames, taskTitles, ticketSubjects } from "./names.mjs";
import { cnpj, cpf, Random } from "./random.mjs";

const dayMs = 86_400_000;
const sources = ["website", "whatsapp", "instagram", "referral", "ads", "event", "email", "phone", "partner"];
/** How many leads end up as what. */
const leadStatuses = [["new", 40], ["contacted", 56], ["qualified", 34], ["converted", 14], ["unqualified", 22], ["lost", 34]];

/** @param {Date} today */
export function planCompany(today) {
  const midnight = Math.floor(today.getTime() / dayMs) * dayMs;
  const day = (offset) => new Date(midnight + offset * dayMs).toISOString().slice(0, 10);
  const time = (offset, hour) => new Date(midnight + offset * dayMs + hour * 3_600_000).toISOString();
  const companies = planCompanies();
  const contacts = planContacts(companies);
  const leads = planLeads(day, time);
  const deals = [...planSales(contacts, day), ...planRenewals(companies, contacts, day)];
  const tickets = planTickets(contacts);
  return { companies, contacts, leads, deals, tickets, tasks: planTasks({ leads, deals, contacts }, time), notes: planNotes({ leads, deals, contacts }), activities: planActivities({ leads, contacts }, time) };
}

const id = (kind, at) => `demo-${kind}-${String(at + 1).padStart(3, "0")}`;
const slug = (text) => text.normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
const phone = (random, { phone: prefix }) => `${prefix}${random.digits(prefix.startsWith("+55") ? 8 : 7)}`;
const tagsOf = (random) => tagNames.filter(() => random.chance(0.12)).map(([name]) => name);

function planCompanies() {
  return Array.from({ length: 40 }, (_, at) => {
    const random = new Random(id("company", at));
    const { name, sector } = companyNames[at];
    const place = random.chance(0.6) ? random.of(brazilian) : random.of(places);
    const site = `${slug(name)}.example`;
    const address = { street: place.street, number: String(random.int(1, 2400)), city: place.city, state: place.state, country: place.code };
    return { external_id: id("company", at), name, sector, status: random.of(["customer", "customer", "prospect", "partner", "former"]), website: `https://${site}`, email: `contato@${site}`, phone: phone(random, place), employees: random.int(2, 400), address, ...(brazilian.includes(place) ? { tax_id: cnpj(random) } : {}), category: random.of(["Small business", "Mid-market", "Public sector"]), tags: tagsOf(random), custom: { size: random.of(["1-10", "11-50", "51-200", "200+"]) } };
  });
}

/** Two at each company; the first is whom contracts and tickets go to. */
function planContacts(companies) {
  return Array.from({ length: 80 }, (_, at) => {
    const random = new Random(id("contact", at));
    const company = companies[at % companies.length];
    const name = `${givenNames[(at * 7) % givenNames.length]} ${familyNames[(at * 11 + Math.floor(at / familyNames.length)) % familyNames.length]}`;
    return { external_id: id("contact", at), name, email: `${slug(name)}.${at + 1}@${slug(company.name)}.example`, phone: phone(random, random.of(places)), job_title: random.of(jobTitles), company: company.external_id, source: random.of(sources), do_not_contact: random.chance(0.05), ...(company.tax_id ? { tax_id: cpf(random) } : {}), tags: tagsOf(random) };
  });
}

function planLeads(day, time) {
  const wanted = leadStatuses.flatMap(([status, count]) => Array.from({ length: count }, () => status));
  return wanted.map((status, at) => {
    const random = new Random(id("lead", at));
    const place = random.of(places);
    const name = `${random.of(givenNames)} ${random.of(familyNames)}`;
    const company = companyNames[40 + (at % 20)].name;
    const age = random.int(0, 89);
    return { external_id: id("lead", at), name, email: `${slug(name)}.${at + 1}@${slug(company)}.example`, phone: phone(random, place), company_name: company, job_title: random.of(jobTitles), city: place.city, country: place.country, source: random.of(sources), campaign: random.of(campaigns), score: random.int(0, 95), age, first_contact: day(-age), replied: status === "qualified" || status === "converted" ? time(-Math.floor(age / 2) - 1, 15) : null, product: random.of(products), tags: tagsOf(random), status, lost_reason: status === "lost" || status === "unqualified" ? random.of(lostReasons) : null };
  });
}

/** In the pipeline Sales, with the stage each has come to. */
function planSales(contacts, day) {
  return Array.from({ length: 34 }, (_, at) => {
    const random = new Random(id("deal", at));
    const contact = contacts[(at * 3) % contacts.length];
    const product = random.of(products);
    const stage = random.of(["Qualification", "Qualification", "Proposal", "Proposal", "Negotiation", "Won", "Won", "Lost"]);
    return { external_id: id("deal", at), pipeline: "Sales", stage, lost_reason: stage === "Lost" ? random.of(lostReasons) : null, name: `${product} for ${contact.name}`, who: contact.name, value: random.int(8, 900) * 10_000, currency: contact.tax_id ? "BRL" : random.of(["USD", "EUR"]), expected_close: day(random.int(-20, 75)), channel: random.of(sources), contact: contact.external_id, company: contact.company, custom: { product } };
  });
}

/** Contracts: three of them end within 30 days. */
function planRenewals(companies, contacts, day) {
  return Array.from({ length: 12 }, (_, at) => {
    const random = new Random(id("contract", at));
    const company = companies[at * 3];
    const contact = contacts.find((one) => one.company === company.external_id);
    return { external_id: id("contract", at), pipeline: "Renewals", stage: "Running", lost_reason: null, name: `Managed IT, ${company.name}`, who: contact.name, value: random.int(12, 90) * 100_000, currency: company.tax_id ? "BRL" : "USD", expected_close: day([8, 16, 27][at] ?? 40 + at * 20), channel: "other", contact: contact.external_id, company: company.external_id, custom: { product: "Managed IT" } };
  });
}

function planTickets(contacts) {
  return Array.from({ length: 40 }, (_, at) => {
    const random = new Random(id("ticket", at));
    const contact = contacts[(at * 5) % contacts.length];
    const status = random.of(["assigned", "assigned", "in_progress", "in_progress", "pending", "resolved", "closed", "closed"]);
    return { external_id: id("ticket", at), subject: ticketSubjects[at % ticketSubjects.length], description: random.of(noteTexts), priority: random.of(["low", "normal", "normal", "high", "critical"]), channel: random.of(["email", "phone", "whatsapp", "website"]), customer: contact.external_id, company: contact.company, category: random.of(["Hardware", "Software", "Network"]), status, satisfaction: status === "closed" ? random.int(2, 5) : null };
  });
}

/** One of the records, and who is behind it. */
function about(random, { leads, deals, contacts }) {
  const kind = random.of(["lead", "deal", "contact"]);
  const { external_id, name, who = name } = random.of({ lead: leads, deal: deals, contact: contacts }[kind]);
  return { kind, external_id, who };
}

/** So many things of which none is there twice: that is how what is there is known again. */
function several(count, kind, make) {
  const seen = new Set();
  return Array.from({ length: count }, (_, at) => {
    const random = new Random(id(kind, at));
    for (;;) {
      const made = make(random, at);
      const key = `${made.about.external_id} ${made.title ?? made.body ?? made.subject}`;
      if (seen.has(key)) continue;
      seen.add(key);
      return made;
    }
  });
}

const planTasks = (records, time) =>
  several(80, "task", (random) => {
    const of = about(random, records);
    const due = random.int(-14, 21);
    return { title: random.of(taskTitles).replace("{}", of.who), about: of, type: random.of(["task", "call", "email", "meeting"]), priority: random.of(["low", "normal", "normal", "high"]), due_at: time(due, random.int(11, 20)), timezone: "America/Sao_Paulo", status: due < -2 || random.chance(0.2) ? "done" : random.of(["open", "open", "in_progress"]) };
  });

const planNotes = (records) => several(50, "note", (random) => ({ about: about(random, records), body: random.of(noteTexts), pinned: random.chance(0.1) }));

/** What was done with leads since they were heard of, and with contacts: in the past. */
const planActivities = (records, time) =>
  several(120, "activity", (random, at) => {
    const isLead = at % 3 !== 0;
    const of = random.of(isLead ? records.leads : records.contacts);
    const type = random.of(Object.keys(activitySubjects));
    return { about: { kind: isLead ? "lead" : "contact", external_id: of.external_id }, type, subject: activitySubjects[type], happened_at: time(-random.int(1, Math.max(1, of.age ?? 80)), random.int(11, 20)), duration_minutes: random.int(3, 60) };
  });
