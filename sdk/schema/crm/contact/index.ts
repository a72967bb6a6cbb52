import { channels } from "../channels.ts";
import { entity, ownership } from "../entity.ts";
import { address, boolean, date, email, longText, phone, record, select, taxId, text } from "../fields.ts";

/** Somebody the tenant deals with. */
export const contact = entity({
  kind: "contact",
  path: "contacts",
  title: "Contact",
  label: "name",
  owner: "owner_id",
  custom: true,
  tags: true,
  fields: {
    name: text("Name", { required: true, indexed: true, search: "title" }),
    email: email("Email", { indexed: true, search: "body" }),
    phone: phone("Phone", { indexed: true, search: "body" }),
    job_title: text("Job title", { search: "body" }),
    company_id: record("Company", "company", { indexed: true }),
    status: select("Status", ["active", "inactive"], { default: "active", indexed: true }),
    source: select("Source", channels, { default: "other", indexed: true }),
    birthday: date("Birthday"),
    tax_id: taxId("CPF"),
    address: address("Address"),
    category_id: record("Category", "category", { indexed: true }),
    do_not_contact: boolean("Wants no messages", { default: false }),
    description: longText("Description", { search: "body" }),
    external_id: text("Id elsewhere", { indexed: true }),
    lead_id: record("Lead it was", "lead", { computed: true, indexed: true }),
    ...ownership,
  },
  alike: ["tax_id", "email", "external_id", "phone", "name"],
});
