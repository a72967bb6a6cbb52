import { webhookScheme } from "../../schema/manifest.ts";
import type { Command } from "../command.ts";
import { exitCodes, usageError } from "../failure.ts";
import { readStandardInput } from "../json-input.ts";

export const hooksCommand: Command = {
  usage: "hooks set PATH --scheme SCHEME",
  summary: "Set how the senders of a webhook sign.",
  flags: [
    ["--scheme SCHEME", `${webhookScheme.options.join(", ")}; default standard (Standard Webhooks)`],
    ["--secret-stdin", "read the secret from standard input; without it the server makes one and it is shown once"],
  ],
  options: { scheme: { type: "string" }, "secret-stdin": { type: "boolean" } },
  positionals: [2, 2],
  async run({ positionals: [verb, path = ""], flags, out, connect }) {
    if (verb !== "set") throw usageError(`everstep hooks knows only set, not ${JSON.stringify(verb)}`);
    const scheme = flags.choice("scheme", webhookScheme.options) ?? "standard";
    const { client, url } = connect();
    const given = flags.on("secret-stdin") ? readStandardInput().trim() : undefined;
    if (given === "") throw usageError("--secret-stdin: standard input is empty");
    const { address, secret } = await client.hooks.set(path, { scheme, ...(given === undefined ? {} : { secret: given }) });
    out.json({ path, scheme, url: new URL(address, url).href, secret });
    out.print(`Send to ${new URL(address, url).href}`);
    if (secret !== null) out.print(`Secret   ${secret}`);
    return exitCodes.ok;
  },
};
