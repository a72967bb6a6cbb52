// What records refer to: people, team, role, tags, categories, fields, pipelines. Made where missing.
import { randomBytes } from "node:crypto";
import { readJson, writePrivateJson } from "../server/files.mjs";
import { categoryNames, products, staff, tagNames } from "./names.mjs";

const technicianMay = ["leads.read", "contacts.read", "companies.read", "deals.read", "tickets.read", "tickets.write", "tasks.read", "tasks.write", "notes.read", "notes.write", "tags.read", "pipelines.read", "notifications.read", "users.read"];
const fields = [
  { entity: "lead", key: "first_contact", title: "First contact", type: "date" },
  { entity: "lead", key: "product", title: "Product", type: "select", options: products },
  { entity: "company", key: "size", title: "Size", type: "select", options: ["1-10", "11-50", "51-200", "200+"] },
  { entity: "deal", key: "product", title: "Product", type: "select", options: products },
];
const pipelines = [
  { name: "Sales", stages: [{ name: "Qualification", probability: 20 }, { name: "Proposal", probability: 50 }, { name: "Negotiation", probability: 75 }, { name: "Won", type: "won" }, { name: "Lost", type: "lost" }] },
  { name: "Renewals", stages: [{ name: "Running", probability: 80 }, { name: "In approval", probability: 80 }, { name: "Offer sent", probability: 85 }, { name: "Renewed", type: "won" }, { name: "Not renewed", type: "lost" }] },
];

/** Those of a list that are called so, by name; what is missing is made. */
async function named(api, path, wanted) {
  const known = new Map((await api.all(path)).map((one) => [one.name, one]));
  for (const one of wanted) if (!known.has(one.name)) known.set(one.name, await api.ask("POST", path, one));
  return known;
}

/**
 * @param {import("./api.mjs").Api} api of the tenant
 * @param {import("./api.mjs").Api} operator
 * @param {import("../server/files.mjs").DataFolder} folder where passwords lie
 */
export async function makeSettings(api, operator, folder) {
  const tags = await named(api, "tags", tagNames.map(([name, color]) => ({ name, color })));
  const categories = await named(api, "categories", categoryNames.map(([name, color]) => ({ name, color })));
  const there = new Set((await api.ask("GET", "custom-fields")).data.map(({ entity, key }) => `${entity}.${key}`));
  for (const field of fields) if (!there.has(`${field.entity}.${field.key}`)) await api.ask("POST", "custom-fields", field);
  const ways = await named(api, "pipelines", pipelines);
  const stages = await api.all("stages");
  return { tags, categories, pipelines: ways, stages, people: await makePeople(api, operator, folder) };
}

async function makePeople(api, operator, folder) {
  const role = (await named(api, "roles", [{ name: "Technician", description: "Works on tickets", grants: Object.fromEntries(technicianMay.map((name) => [name, "all"])) }])).get("Technician");
  const team = (await named(api, "teams", [{ name: "Technicians" }])).get("Technicians");
  const { id: tenant, slug } = await api.ask("GET", "tenants/current");
  const known = readJson(folder.people) ?? [];
  const members = new Map((await api.all("users")).map((one) => [one.email, one]));
  for (const { name, email, work } of staff) {
    if (!members.has(email)) {
      const password = randomBytes(12).toString("base64url");
      // Written first: an account whose password is lost would be of no use.
      known.push({ tenant: slug, name, role: work === "technician" ? "technician" : "member", email, password });
      writePrivateJson(folder.people, known);
      members.set(email, await operator.ask("POST", `operator/tenants/${tenant}/people`, { email, name, role: "member", password }));
    }
    const member = members.get(email);
    if (work === "technician" && member.role !== role.id) await api.ask("PATCH", `users/${member.id}`, { role: role.id, team_id: team.id });
  }
  const those = (work) => staff.filter((one) => one.work === work).map(({ email }) => ({ id: members.get(email).id, email }));
  return { technicians: those("technician"), sales: those("sales") };
}
