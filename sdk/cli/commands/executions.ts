import { executionStatus } from "../../schema/execution.ts";
import { type Command, executionId } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { duration, safe, table, time } from "../format.ts";
import { statusText, timeline } from "../timeline.ts";
import { exitCodeOf } from "../watch.ts";

export const executionsCommand: Command = {
  usage: "executions [ID]",
  summary: "List executions, or show the steps of one.",
  flags: [
    ["--workflow NAME", "only of this workflow"],
    ["--status STATUS", `only with this status: ${executionStatus.options.join(", ")}`],
    ["--limit N", "how many, newest first; default 20, at most 200"],
  ],
  more: "With an ID the exit code is 1 when that execution failed, stalled or was cancelled.",
  options: { workflow: { type: "string" }, status: { type: "string" }, limit: { type: "string" } },
  positionals: [0, 1],
  async run({ positionals: [id], flags, out, connect }) {
    const { client } = connect();
    if (id !== undefined) {
      const execution = await client.executions.get(executionId(id));
      out.json(execution);
      for (const line of timeline(execution, out.paint)) out.print(line);
      return exitCodeOf(execution.status);
    }
    const workflowId = flags.text("workflow");
    const status = flags.choice("status", executionStatus.options);
    const page = await client.executions.list({
      limit: flags.integer("limit", 1, 200) ?? 20,
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(status === undefined ? {} : { status }),
    });
    out.json(page);
    if (page.data.length === 0) out.print("No executions. Start one: everstep run NAME");
    const rows = page.data.map((entry) => [
      entry.id,
      entry.workflow_id,
      statusText(entry.status, out.paint),
      time(entry.created_at),
      entry.duration_ms === null ? "" : duration(entry.duration_ms),
      out.paint.red(safe(entry.error_message?.split("\n")[0] ?? "")),
    ]);
    for (const line of table(rows)) out.print(line);
    if (page.pagination.next_cursor) out.print(out.paint.dim("There are more: raise --limit or narrow with --workflow, --status."));
    return exitCodes.ok;
  },
};
