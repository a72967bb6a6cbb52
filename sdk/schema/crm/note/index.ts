import { entity } from "../entity.ts";
import { boolean, longText, text } from "../fields.ts";

/** Kinds of records that notes, activities and files are about. */
export const aboutKinds = ["lead", "contact", "company", "deal", "ticket", "task"] as const;

/** What somebody wrote down about a record. */
export const note = entity({
  kind: "note",
  path: "notes",
  title: "Note",
  label: "body",
  fields: {
    record_type: text("Kind of the record it is about", { required: true, max: 40 }),
    record_id: text("The record it is about", { required: true, max: 64, indexed: true }),
    body: longText("Text", { required: true, search: "body" }),
    pinned: boolean("Stays on top", { default: false }),
  },
  indexes: [["record_type", "record_id"]],
});
