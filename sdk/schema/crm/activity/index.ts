import { entity } from "../entity.ts";
import { datetime, integer, longText, select, text, user } from "../fields.ts";

/** What was done about a record: a call, a meeting, a message. */
export const activity = entity({
  kind: "activity",
  path: "activities",
  title: "Activity",
  label: "subject",
  permission: "notes",
  fields: {
    type: select("Type", ["call", "meeting", "email", "message", "visit", "other"], { default: "other", indexed: true }),
    subject: text("Subject", { required: true, max: 300, search: "title" }),
    body: longText("Text", { search: "body" }),
    record_type: text("Kind of the record it is about", { required: true, max: 40 }),
    record_id: text("The record it is about", { required: true, max: 64, indexed: true }),
    happened_at: datetime("When it was", { indexed: true }),
    duration_minutes: integer("How long it took, minutes", { min: 0, max: 100_000 }),
    user_id: user("Who did it", { indexed: true }),
  },
  tracked: [{ field: "type", owner: "user_id" }],
  indexes: [["record_type", "record_id", "happened_at"]],
});
