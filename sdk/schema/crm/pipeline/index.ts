import { z } from "zod";
import { entity } from "../entity.ts";
import { boolean, integer, text } from "../fields.ts";
import { stage } from "../stage/index.ts";

/** Stages that one pipeline has at most. */
export const mostStages = 50;

const { name, color, probability, type } = stage.fields;

/** A stage of a new pipeline, in the order in which deals pass them. */
export const newStage = z.strictObject({ name: name.schema, color: color.schema.optional(), probability: probability.schema.optional(), type: type.schema.optional() });

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
  along: { stages: z.array(newStage).min(1).max(mostStages).describe("In the order in which deals pass them, at least one of them open; the usual ones when left out") },
});
