/** docs/actions.md shows the actions there are; their declarations are the truth. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { recordSpecs } from "../../sdk/schema/actions/records.ts";
import { type ActionSpec, categories } from "../../sdk/schema/actions/spec.ts";
import { allEntities } from "../../sdk/schema/crm/index.ts";

const page = readFileSync(new URL("../../docs/actions.md", import.meta.url), "utf8");
const effects = { reads: "reads", changes: "exactly once", sends: "at least once" } as const;
const row = ({ id, description, category, effect, permission }: ActionSpec) => `| \`${id}\` | ${description.replaceAll("|", "\\|")} | ${categories[category]} | ${effects[effect]} | ${permission === null ? "-" : `\`${permission}\``} |`;
const ofEvery = (spec: ActionSpec): ActionSpec => ({ ...spec, id: spec.id.replace("leads", "<entity>"), description: spec.description.replaceAll("leads", "records").replaceAll("lead", "record"), permission: spec.permission?.replace("leads", "<entity>") ?? null });

it("the table of actions is the one the declarations make", () => {
  const table = ["| action | what it does | category | | permission by hand |", "|---|---|---|---|---|", ...Object.values(recordSpecs.get("lead") ?? {}).map((spec) => row(ofEvery(spec))), ...Object.values<ActionSpec>(ownSpecs).map(row)].join("\n");
  const [found] = /\| action \|[\s\S]*?(?=\n\n|\n*$)/.exec(page) ?? [];
  expect(found, `put this into docs/actions.md:\n\n${table}\n`).toBe(table);
});

it("every entity is named", () => {
  for (const { path } of allEntities) expect(page).toContain(`\`${path}\``);
});
