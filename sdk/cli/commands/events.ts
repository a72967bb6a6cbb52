import { type Command, executionId } from "../command.ts";
import { exitCodes, usageError } from "../failure.ts";
import { readJsonFlag } from "../json-input.ts";

export const eventsCommand: Command = {
  usage: "events send EXECUTION TYPE [--payload JSON]",
  summary: "Send an event that an execution waits for, or will wait for.",
  flags: [
    ["--payload JSON|@FILE|-", "what comes with it; default null"],
    ["--key KEY", "idempotency key: one key delivers one event"],
  ],
  options: { payload: { type: "string" }, key: { type: "string" } },
  positionals: [3, 3],
  async run({ positionals: [verb, id = "", type = ""], flags, out, connect }) {
    if (verb !== "send") throw usageError(`everstep events knows only send, not ${JSON.stringify(verb)}`);
    executionId(id);
    const text = flags.text("payload");
    const payload = text === undefined ? null : readJsonFlag("payload", text);
    const key = flags.text("key");
    await connect().client.executions.sendEvent(id, type, payload, key === undefined ? {} : { idempotencyKey: key });
    out.json({ execution_id: id, type, accepted: true });
    out.print(`Sent ${type} to ${id}`);
    return exitCodes.ok;
  },
};
