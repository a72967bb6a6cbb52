/**
 * Commands that change the course of an execution.
 * @module
 */
import type { Client } from "../../client/index.ts";
import { type Command, executionId, type Flags } from "../command.ts";
import { exitCodes, usageError } from "../failure.ts";
import { findStep } from "./find-step.ts";
import { asksRerun, rerun, rerunOptions } from "./rerun.ts";

function simple(name: string, summary: string, done: string, act: (client: Client, id: string, flags: Flags) => Promise<void>, extra: Pick<Command, "flags" | "options"> = {}): Command {
  return {
    usage: `${name} EXECUTION`,
    summary,
    ...extra,
    positionals: [1, 1],
    async run({ positionals: [given], flags, out, connect }) {
      const id = executionId(given);
      const { client } = connect();
      await act(client, id, flags);
      if (flags.on("json")) out.json(await client.executions.get(id));
      out.print(`${done} ${id}`);
      return exitCodes.ok;
    },
  };
}

export const pauseCommand = simple("pause", "Pause an execution at its next step.", "Pausing", (client, id) => client.executions.pause(id));
export const resumeCommand = simple("resume", "Let a paused execution go on.", "Resumed", (client, id) => client.executions.resume(id));
export const cancelCommand = simple("cancel", "End an execution.", "Cancelled", (client, id, flags) => client.executions.cancel(id, { rollback: flags.on("rollback") }), {
  flags: [["--rollback", "undo its completed steps, last first, as their rollbacks say"]],
  options: { rollback: { type: "boolean" } },
});

export const retryCommand: Command = {
  usage: "retry EXECUTION",
  summary: "Let a failed execution go on from the step that failed.",
  flags: [
    ["--from STEP", "from this step instead; it and later ones are forgotten and run again"],
    ["--new", "start a new execution with the same input instead"],
    ["--input JSON", "with --from: a new execution begins with a copy of the history, and this input"],
    ["--result JSON", "with --from: likewise, and this stands for the step's result"],
    ["--on VERSION", "with --from: likewise, on this version: own, current or a number"],
    ["--dry-run", "with --from: only say what would be kept, run again and repeated"],
    ["--repeat-effects", "what left the platform behind the step may do so again"],
  ],
  options: { from: { type: "string" }, new: { type: "boolean" }, ...rerunOptions },
  positionals: [1, 1],
  async run({ positionals: [given], flags, out, connect }) {
    const id = executionId(given);
    const from = flags.text("from");
    const asNew = flags.on("new");
    if (asksRerun(flags)) return rerun({ id, from, asNew, flags, out, client: connect().client });
    if (asNew && from !== undefined) throw usageError("--from and --new do not go together: a new execution begins at the beginning");
    const { client } = connect();
    const fromStep = from === undefined ? undefined : findStep((await client.executions.get(id)).steps, from).key;
    const running = await client.executions.retry(id, { asNew, ...(fromStep === undefined ? {} : { fromStep }) });
    if (flags.on("json")) out.json(await client.executions.get(running));
    out.print(asNew ? `Started ${running}` : `Going on${fromStep ? ` from ${fromStep}` : ""}: ${running}`);
    return exitCodes.ok;
  },
};

export const approveCommand: Command = {
  usage: "approve EXECUTION STEP",
  summary: "Decide an approval that an execution waits for.",
  flags: [
    ["--reject", "say no"],
    ["--comment TEXT", "why"],
  ],
  options: { reject: { type: "boolean" }, comment: { type: "string" } },
  positionals: [2, 2],
  async run({ positionals: [given, wanted = ""], flags, out, connect }) {
    const id = executionId(given);
    const { client } = connect();
    const approvals = (await client.executions.get(id)).steps.filter(({ kind }) => kind === "approval");
    const step = findStep(approvals, wanted);
    const decision = flags.on("reject") ? "rejected" : "approved";
    const comment = flags.text("comment");
    await client.executions.decide(id, step.key, { decision, ...(comment === undefined ? {} : { comment }) });
    out.json({ execution_id: id, step: step.key, decision });
    out.print(`${decision === "approved" ? "Approved" : "Rejected"} ${step.key} of ${id}`);
    return exitCodes.ok;
  },
};
