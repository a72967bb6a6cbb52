import { entity } from "../entity.ts";
import { color, text } from "../fields.ts";

/** The one group a record belongs to. */
export const category = entity({
  kind: "category",
  path: "categories",
  title: "Category",
  label: "name",
  permission: "tags",
  fields: { name: text("Name", { required: true, indexed: true, max: 60 }), color: color("Colour", { default: "#868e96" }), description: text("Description", { max: 500 }) },
  unique: [["name"]],
});
