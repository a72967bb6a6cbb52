import { channels } from "../channels.ts";
import { entity, ownership } from "../entity.ts";
import { datetime, email, integer, longText, phone, record, select, text, url } from "../fields.ts";

/** Somebody who may become a customer. */
export const lead = entity({
  kind: "lead",
  path: "leads",
  title: "Lead",
  label: "name",
  owner: "owner_id",
  custom: true,
  tags: true,
  fields: {
    name: text("Name", { required: true, indexed: true, search: "title" }),
    email: email("Email", { indexed: true, search: "body" }),
    phone: phone("Phone", { indexed: true, search: "body" }),
    company_name: text("Company", { search: "body" }),
    job_title: text("Job title"),
    website: url("Website"),
    city: text("City", { max: 100 }),
    country: text("Country", { max: 100 }),
    status: select("Status", ["new", "contacted", "qualified", "unqualified", "lost", "converted"], { default: "new", indexed: true }),
    lost_reason: text("Why it was lost"),
    source: select("Source", channels, { default: "other", indexed: true }),
    campaign: text("Campaign", { search: "body" }),
    score: integer("Score", { default: 0, indexed: true, min: -1000, max: 1000 }),
    category_id: record("Category", "category", { indexed: true }),
    description: longText("Description", { search: "body" }),
    external_id: text("Id elsewhere", { indexed: true }),
    ...ownership,
    status_changed_at: datetime("In its status since", { computed: true }),
    last_reply_at: datetime("Last heard of"),
    converted_at: datetime("Converted", { computed: true }),
    contact_id: record("Contact it became", "contact", { computed: true, indexed: true }),
    company_id: record("Company it became", "company", { computed: true, indexed: true }),
    deal_id: record("Deal it became", "deal", { computed: true, indexed: true }),
  },
  tracked: [
    { field: "status", owner: "owner_id", source: "source" },
    { field: "converted_at", owner: "owner_id", source: "source", measure: { since: "created_at" } },
  ],
  indexes: [["owner_id", "status"]],
  alike: ["email", "phone", "external_id", "name"],
});
