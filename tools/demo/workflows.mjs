// The workflows that act on the demo's records: off while those are made, on afterwards.
import { join } from "node:path";
import { projectRoot } from "../server/worker.mjs";
import { until } from "./records.mjs";

const files = ["assign-ticket.ts", "lead-nurture.ts", "contract-renewal.ts"];
/** All of workflows/ that events of records start: whoever deployed them does not want the old records mailed. */
const listening = ["assign-ticket", "lead-nurture", "satisfaction-survey", "stage-change"];

/** @returns the ids of those that were on */
export async function switchOff(api) {
  const on = (await api.all("workflows")).filter(({ id, is_active }) => is_active && listening.includes(id)).map(({ id }) => id);
  for (const id of on) await api.ask("PATCH", `workflows/${id}`, { is_active: false });
  return on;
}

/** After the last event of what was made has found nobody. */
export async function switchOn(api, were) {
  await until(async () => (await api.ask("GET", "events?status=pending&limit=1")).data.length === 0);
  for (const id of were) await api.ask("PATCH", `workflows/${id}`, { is_active: true });
  const { bundleForDeploy } = await import("../../sdk/dist/cli/bundle/index.js");
  const { request } = await bundleForDeploy(files.map((file) => join(projectRoot, "workflows", file)));
  const { workflows } = await api.ask("POST", "deployments", { ...request, message: "Workflows of the demo company" });
  return workflows.map(({ id }) => id);
}

/** Something for each of them to do, the first time. */
export async function setToWork(api, { contact }) {
  const [ticket, lead] = ["demo-live-ticket", "demo-live-lead"];
  const isThere = async (path, external_id) => (await api.all(path, { external_id })).length > 0;
  const customer = contact.get("demo-contact-001");
  if (!(await isThere("tickets", ticket))) await api.ask("POST", "tickets", { external_id: ticket, subject: "Payment terminal is offline", description: "Customers are waiting.", priority: "critical", channel: "phone", customer_id: customer.id, company_id: customer.company_id }, { "idempotency-key": ticket });
  if (await isThere("leads", lead)) return;
  await api.ask("POST", "leads", { external_id: lead, name: "Nina Nascimento", email: "nina@padaria-ipe.example", company_name: "Padaria Ipê", source: "website", score: 35 }, { "idempotency-key": lead });
  await api.ask("POST", "workflows/contract-renewals/execute", { input: {} }, { "idempotency-key": "demo-renewals" });
}
