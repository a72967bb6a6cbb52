import { randomUUID } from "node:crypto";
import type { Command } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { readJsonFlag } from "../json-input.ts";
import { createProgress } from "../progress.ts";
import { timeline } from "../timeline.ts";
import { exitCodeOf, untilOver } from "../watch.ts";

export const runCommand: Command = {
  usage: "run NAME [--input JSON] [--wait]",
  summary: "Start a workflow.",
  flags: [
    ["--input JSON|@FILE|-", "its input: as text, from a file, from standard input; default {}"],
    ["--wait", "stay until it ends and show its steps; exit 1 unless it completes"],
    ["--key KEY", "idempotency key: starting twice with one key starts once"],
  ],
  options: { input: { type: "string" }, wait: { type: "boolean" }, key: { type: "string" } },
  positionals: [1, 1],
  async run({ positionals: [name = ""], flags, out, connect }) {
    const text = flags.text("input");
    const input = text === undefined ? {} : readJsonFlag("input", text);
    const { client } = connect();
    const idempotencyKey = flags.text("key") ?? randomUUID();
    const started = await client.workflows.start(name, input, { idempotencyKey });
    if (!flags.on("wait")) {
      out.json(started);
      out.print(`${started.created ? "Started" : "Already started:"} ${started.workflow_id} ${started.execution_id}`);
      out.print(out.paint.dim(`everstep executions ${started.execution_id}`));
      return exitCodes.ok;
    }
    const execution = await untilOver(client, started.execution_id, {
      everyMs: out.live ? 500 : 10_000,
      onChange: out.live ? createProgress(out.note, out.paint) : () => undefined,
      onLost: (error) => out.note(`${error.message}; waiting for the server`),
    });
    out.json(execution);
    for (const line of timeline(execution, out.paint)) out.print(line);
    return exitCodeOf(execution.status);
  },
};
