import type { Command } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { safe, table, time } from "../format.ts";

export const workflowsCommand: Command = {
  usage: "workflows",
  summary: "List the deployed workflows.",
  positionals: [0, 0],
  async run({ out, connect }) {
    const workflows = await connect().client.workflows.list();
    out.json(workflows);
    if (workflows.length === 0) out.print("No workflows yet. Deploy some: everstep deploy");
    const rows = workflows.map(({ id, name, version, triggers, execution_count, error_count, last_executed_at, is_active }) => [
      out.paint.bold(id),
      safe(name),
      `version ${version}`,
      triggers.map((trigger) => (trigger.kind === "webhook" ? `webhook ${trigger.path}` : trigger.kind)).join(", "),
      `${execution_count} run${execution_count === 1 ? "" : "s"}${error_count > 0 ? out.paint.red(`, ${error_count} failed`) : ""}`,
      is_active ? (last_executed_at ? `last ${time(last_executed_at)}` : "") : out.paint.yellow("switched off"),
    ]);
    for (const line of table(rows)) out.print(line);
    return exitCodes.ok;
  },
};
