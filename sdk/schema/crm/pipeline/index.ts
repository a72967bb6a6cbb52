import { entity } from "../entity.ts";
import { boolean, integer, text } from "../fields.ts";

/** The way deals take, stage by stage. */
export const pipeline = entity({
  kind: "pipeline",
  path: "pipelines",
  title: "Pipeline",
  label: "name",
  fields: {
    name: text("Name", { required: true, indexed: true, max: 100 }),
    description: text("Description", { max: 500 }),
    is_default: boolean("Where deals go that name none", { default: false }),
    position: integer("Place among the pipelines", { default: 0, indexed: true }),
  },
  unique: [["name"]],
});
