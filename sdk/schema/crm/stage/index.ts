import { entity } from "../entity.ts";
import { color, integer, record, select, text } from "../fields.ts";

/** A step on a pipeline's way. */
export const stage = entity({
  kind: "stage",
  path: "stages",
  title: "Stage",
  label: "name",
  permission: "pipelines",
  fields: {
    pipeline_id: record("Pipeline", "pipeline", { required: true, indexed: true }),
    name: text("Name", { required: true, max: 100 }),
    position: integer("Place in the pipeline; the last when left out", { min: 0, max: 10_000 }),
    color: color("Colour", { default: "#4c6ef5" }),
    probability: integer("How likely deals in it are won, percent", { default: 50, min: 0, max: 100 }),
    type: select("What it means for a deal to be in it", ["open", "won", "lost"], { default: "open" }),
  },
  unique: [["pipeline_id", "name"]],
  indexes: [["pipeline_id", "position"]],
});
