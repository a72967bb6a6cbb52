import { channels } from "../channels.ts";
import { entity } from "../entity.ts";
import { datetime, integer, longText, record, select, team, text, user } from "../fields.ts";

/** Something a customer wants solved. */
export const ticket = entity({
  kind: "ticket",
  path: "tickets",
  title: "Ticket",
  label: "subject",
  owner: "assignee_id",
  custom: true,
  tags: true,
  fields: {
    number: integer("Number", { computed: true }),
    subject: text("Subject", { required: true, indexed: true, search: "title", max: 300 }),
    description: longText("Description", { search: "body" }),
    status: select("Status", ["new", "assigned", "in_progress", "pending", "resolved", "closed"], { default: "new", indexed: true }),
    priority: select("Priority", ["low", "normal", "high", "critical"], { default: "normal", indexed: true }),
    channel: select("Channel", channels, { default: "other", indexed: true }),
    customer_id: record("Customer", "contact", { indexed: true }),
    company_id: record("Company", "company", { indexed: true }),
    assignee_id: user("Assigned to", { indexed: true }),
    team_id: team("Team", { indexed: true }),
    category_id: record("Category", "category", { indexed: true }),
    satisfaction: integer("How content the customer is, 1 to 5", { min: 1, max: 5 }),
    external_id: text("Id elsewhere", { indexed: true }),
    status_changed_at: datetime("In its status since", { computed: true }),
    first_response_due_at: datetime("First answer due", { computed: true }),
    resolve_due_at: datetime("Solution due", { computed: true, indexed: true }),
    first_responded_at: datetime("First answered", { computed: true }),
    resolved_at: datetime("Solved", { computed: true }),
    closed_at: datetime("Closed", { computed: true }),
    sla_breached_at: datetime("Late since", { computed: true }),
    sla_due_at: datetime("When it is late unless something is done", { computed: true }),
    stopped_ms: integer("How long its clock stood, ms", { computed: true, default: 0 }),
  },
  sequence: "number",
  due: ["sla_due_at"],
  tracked: [
    { field: "status", group: "priority", owner: "assignee_id", source: "channel" },
    { field: "first_responded_at", group: "priority", owner: "assignee_id", source: "channel", measure: { since: "created_at", due: "first_response_due_at" } },
    { field: "resolved_at", group: "priority", owner: "assignee_id", source: "channel", measure: { since: "created_at", due: "resolve_due_at" } },
    { field: "sla_breached_at", group: "priority", owner: "assignee_id", source: "channel", measure: { since: "created_at" } },
    { field: "satisfaction", group: "priority", owner: "assignee_id", source: "channel", measure: { since: "created_at", value: true } },
  ],
  indexes: [["assignee_id", "status"]],
  alike: ["external_id"],
});
