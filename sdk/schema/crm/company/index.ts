import { entity, ownership } from "../entity.ts";
import { address, email, integer, longText, phone, record, select, taxId, text, url } from "../fields.ts";

/** An organisation that contacts belong to. */
export const company = entity({
  kind: "company",
  path: "companies",
  title: "Company",
  label: "name",
  owner: "owner_id",
  custom: true,
  tags: true,
  fields: {
    name: text("Name", { required: true, indexed: true, search: "title" }),
    website: url("Website"),
    email: email("Email", { indexed: true, search: "body" }),
    phone: phone("Phone", { indexed: true, search: "body" }),
    sector: text("Sector", { indexed: true, search: "body" }),
    employees: integer("Employees", { min: 0 }),
    status: select("Status", ["prospect", "customer", "former", "partner"], { default: "prospect", indexed: true }),
    tax_id: taxId("CNPJ"),
    address: address("Address"),
    category_id: record("Category", "category", { indexed: true }),
    description: longText("Description", { search: "body" }),
    external_id: text("Id elsewhere", { indexed: true }),
    ...ownership,
  },
  alike: ["tax_id", "email", "external_id", "phone", "name"],
});
