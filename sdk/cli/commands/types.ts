import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "../command.ts";
import { customFieldsPart } from "../crm-types.ts";
import { exitCodes } from "../failure.ts";
import { inputType } from "../input-type.ts";
import { variablesPart } from "../variable-types.ts";
import { findInProject, runNode } from "./test.ts";

const fileName = "everstep-env.d.ts";

export const typesCommand: Command = {
  usage: "types",
  summary: `Write ${fileName}, the deployed workflows' inputs, your variables and the fields you have added to records as types, and check the project.`,
  flags: [["--no-check", "only write the file"]],
  more: "The file types everstep/client: client.workflows.start(\"welcome\", …) then knows its input,\n`vars` and `secrets` know their names, and `crm` the fields that you have added to records.",
  options: { "no-check": { type: "boolean" } },
  positionals: [0, 0],
  async run({ flags, out, connect }) {
    const { client } = connect();
    const workflows = await client.workflows.list();
    const details = await Promise.all(workflows.map(({ id }) => client.workflows.get(id)));
    const known = details.map(({ id, manifest }) => ({ id, input: inputType(manifest.input_schema) }));
    const variables = await client.variables.list();
    const fields = await client.customFields.list();
    writeFileSync(fileName, `${declarationFile(known)}${variablesPart(variables)}${customFieldsPart(fields)}`);
    out.json({ file: fileName, workflows: known, variables: variables.map(({ name }) => name), custom_fields: fields.map(({ entity, key }) => `${entity}.${key}`) });
    out.print(`Wrote ${fileName}: ${known.map(({ id }) => id).join(", ") || "no workflows are deployed"}`);
    if (flags.on("no-check") || flags.on("json") || !existsSync("tsconfig.json")) return exitCodes.ok;
    const tsc = findInProject("typescript", "bin/tsc");
    if (!tsc) {
      out.note("Not checked: typescript is not installed in this project (npm install --save-dev typescript)");
      return exitCodes.ok;
    }
    return (await runNode(tsc, ["--noEmit"])) === 0 ? exitCodes.ok : exitCodes.failed;
  },
};

function declarationFile(workflows: ReadonlyArray<{ id: string; input: string }>): string {
  const entries = workflows.map(({ id, input }) => `    ${JSON.stringify(id)}: { input: ${input.replaceAll("\n", "\n    ")} };`);
  return `// Written by \`everstep types\`: the workflows that are deployed. Do not edit.\nimport "everstep";\nimport "everstep/client";\n\ndeclare module "everstep/client" {\n  interface Workflows {\n${entries.join("\n")}\n  }\n}\n`;
}
