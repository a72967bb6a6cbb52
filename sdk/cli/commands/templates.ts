import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TemplateDetail } from "../../client/index.ts";
import type { Command } from "../command.ts";
import { CommandError, exitCodes } from "../failure.ts";
import { safe, table } from "../format.ts";
import type { Output } from "../output.ts";

export const templatesCommand: Command = {
  usage: "templates [ID]",
  summary: "List templates of workflows, or show one with its code.",
  flags: [["--category NAME", "those of one category, such as ticket_automation"]],
  more: "everstep init --template ID puts one into your project.",
  options: { category: { type: "string" } },
  positionals: [0, 1],
  async run({ positionals: [id], flags, out, connect }) {
    const { templates } = connect().client;
    if (id !== undefined) {
      const template = await templates.get(id);
      out.json(template);
      out.print(template.source.trimEnd());
      return exitCodes.ok;
    }
    const category = flags.text("category");
    const found = await templates.list(category === undefined ? {} : { category });
    out.json(found);
    if (found.length === 0) out.print("No templates. everstep templates lists all of them.");
    for (const line of table(found.map((one) => [out.paint.bold(one.id), one.category, one.trigger_types.join(", "), safe(one.description)]))) out.print(line);
    return exitCodes.ok;
  },
};

/**
 * Puts a template's code into a project.
 * @param out null: the caller says what was made
 * @throws CommandError when the file is there
 */
export function writeTemplate(root: string, { id, variables, needs, source }: TemplateDetail, out: Output | null): void {
  const name = `workflows/${id}.ts`;
  const path = join(root, name);
  if (existsSync(path)) throw new CommandError(exitCodes.usage, `${name} is there already`, "Nothing was changed. Move it away, or take another template.");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  out?.json({ folder: root, files: [name], variables, needs });
  out?.print(`Wrote ${name}`);
  for (const one of variables) out?.print(`  variable ${one.name}${one.default === null ? "" : ` (${one.default})`}: ${one.description}`);
  for (const need of needs) out?.print(`  needs: ${need}`);
  out?.print(`\nNext:\n  npx everstep deploy ${name}`);
}
