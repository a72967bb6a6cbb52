import { entity } from "../entity.ts";
import { color, text } from "../fields.ts";

/** A word that records are marked with. */
export const tag = entity({
  kind: "tag",
  path: "tags",
  title: "Tag",
  label: "name",
  fields: { name: text("Name", { required: true, indexed: true, max: 60 }), color: color("Colour", { default: "#868e96" }) },
  unique: [["name"]],
});
