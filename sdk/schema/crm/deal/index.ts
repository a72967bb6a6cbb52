import { channels } from "../channels.ts";
import { entity, ownership } from "../entity.ts";
import { currency, date, datetime, integer, longText, money, record, select, text } from "../fields.ts";

/** Something that may be sold. */
export const deal = entity({
  kind: "deal",
  path: "deals",
  title: "Deal",
  label: "name",
  owner: "owner_id",
  custom: true,
  tags: true,
  fields: {
    name: text("Name", { required: true, indexed: true, search: "title" }),
    pipeline_id: record("Pipeline", "pipeline", { indexed: true }),
    stage_id: record("Stage", "stage", { indexed: true }),
    value: money("Value", { default: 0, indexed: true }),
    currency: currency("Currency", { default: "USD" }),
    status: select("Status", ["open", "won", "lost"], { default: "open", indexed: true }),
    lost_reason: text("Why it was lost"),
    expected_close: date("Expected to close", { indexed: true }),
    channel: select("Channel", channels, { default: "other", indexed: true }),
    contact_id: record("Contact", "contact", { indexed: true }),
    company_id: record("Company", "company", { indexed: true }),
    lead_id: record("Lead", "lead", { indexed: true }),
    agent_id: text("AI agent in charge", { max: 64, indexed: true }),
    description: longText("Description", { search: "body" }),
    external_id: text("Id elsewhere", { indexed: true }),
    ...ownership,
    probability: integer("How likely it is won, percent", { computed: true }),
    rank: text("Place in its stage", { computed: true }),
    stage_changed_at: datetime("In its stage since", { computed: true }),
    status_changed_at: datetime("In its status since", { computed: true }),
    closed_at: datetime("Won or lost", { computed: true, indexed: true }),
  },
  tracked: [
    { field: "stage_id", group: "pipeline_id", owner: "owner_id", source: "channel", amount: "value", currency: "currency" },
    { field: "status", group: "pipeline_id", owner: "owner_id", source: "channel", amount: "value", currency: "currency" },
  ],
  indexes: [
    ["stage_id", "rank"],
    // Somebody's own cards, in the order in which they stand.
    ["stage_id", "owner_id", "rank"],
    ["pipeline_id", "status"],
    ["owner_id", "status"],
    // Counts and sums of a board are read from it alone, so it has whatever they ask.
    ["pipeline_id", "stage_id", "currency", "value", "owner_id", "team_id", "status", "deleted_at"],
  ],
  alike: ["external_id"],
});
