import type { LogEntry } from "../../schema/execution.ts";
import { type Command, executionId } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { safe, time } from "../format.ts";
import type { Paint } from "../output.ts";
import { isOver, pause, persist } from "../watch.ts";

const colours = { debug: "dim", info: "blue", warn: "yellow", error: "red" } as const;

export function logLine({ at, level, message, step }: LogEntry, paint: Paint): string {
  return `${paint.dim(time(at))} ${paint[colours[level]](level.padEnd(5))} ${step ? paint.dim(`${safe(step)} `) : ""}${safe(message)}`;
}

export const logsCommand: Command = {
  usage: "logs EXECUTION [--follow]",
  summary: "Show what an execution's code logged.",
  flags: [["-f, --follow", "stay and show more as it comes, until the execution ends"]],
  options: { follow: { type: "boolean", short: "f" } },
  positionals: [1, 1],
  async run({ positionals: [given], flags, out, connect }) {
    const id = executionId(given);
    const { client } = connect();
    const onLost = (error: Error): void => out.note(`${error.message}; waiting for the server`);
    const all: LogEntry[] = [];
    const readNew = async (): Promise<void> => {
      for (;;) {
        const after = all.at(-1)?.seq ?? 0;
        const entries = await persist(() => client.executions.logs(id, { after }), onLost);
        if (entries.length === 0) return;
        all.push(...entries);
        for (const entry of entries) out.print(logLine(entry, out.paint));
      }
    };
    await readNew();
    while (flags.on("follow")) {
      // The status first: what was logged before the end is then surely read after it.
      const { status } = await persist(() => client.executions.get(id, { waitMs: 1_000 }), onLost);
      await readNew();
      if (isOver(status)) break;
      await pause(300);
    }
    out.json(all);
    return exitCodes.ok;
  },
};
