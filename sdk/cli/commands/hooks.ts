import { webhookScheme } from "../../schema/manifest.ts";
import type { HookSet } from "../../client/replies.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes, usageError } from "../failure.ts";
import { readStandardInput } from "../json-input.ts";

export const hooksCommand: Command = {
  usage: "hooks set|rotate PATH",
  summary: "Set how the senders of a webhook sign, or change the secret.",
  flags: [
    ["--scheme SCHEME", `${webhookScheme.options.join(", ")}; default standard (Standard Webhooks)`],
    ["--config JSON", 'what the scheme leaves open, such as \'{"header":"x-signature"}\' of hmac'],
    ["--secret-stdin", "read the secret from standard input; without it the server makes one and it is shown once"],
    ["--grace HOURS", "rotate: how long the old secret counts too; default 24"],
  ],
  more: "The secrets of espocrm and meta are made by the sender: EspoCRM's `secretKey`, Meta's app secret.",
  options: { scheme: { type: "string" }, config: { type: "string" }, "secret-stdin": { type: "boolean" }, grace: { type: "string" } },
  positionals: [2, 2],
  async run(invocation) {
    const { positionals: [verb, path = ""], flags, out, connect } = invocation;
    if (verb !== "set" && verb !== "rotate") throw usageError(`everstep hooks knows set and rotate, not ${JSON.stringify(verb)}`);
    const change = verb === "set" ? settingsOf(flags) : rotationOf(flags);
    const { client, url } = connect();
    const given = secretOf(flags);
    const hook = "scheme" in change ? await client.hooks.set(path, { ...change, ...given }) : await client.hooks.rotate(path, { ...change, ...given });
    show(out, path, new URL(hook.address, url).href, hook, change);
    return exitCodes.ok;
  },
};

type Flags = Invocation["flags"];

function settingsOf(flags: Flags) {
  if (flags.text("grace") !== undefined) throw usageError("--grace belongs to everstep hooks rotate");
  return { scheme: flags.choice("scheme", webhookScheme.options) ?? ("standard" as const), ...configOf(flags.text("config")) };
}

function rotationOf(flags: Flags) {
  for (const name of ["scheme", "config"]) if (flags.text(name) !== undefined) throw usageError(`--${name} belongs to everstep hooks set`);
  const graceHours = flags.integer("grace", 0, 720);
  return graceHours === undefined ? {} : { graceHours };
}

function configOf(text: string | undefined): { config?: Record<string, unknown> } {
  if (text === undefined) return {};
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === "object" && config !== null && !Array.isArray(config)) return { config: config as Record<string, unknown> };
  } catch {
    // Told below.
  }
  throw usageError("--config has to be a JSON object");
}

function secretOf(flags: Flags): { secret?: string } {
  if (!flags.on("secret-stdin")) return {};
  const secret = readStandardInput().trim();
  if (secret === "") throw usageError("--secret-stdin: standard input is empty");
  return { secret };
}

function show(out: Invocation["out"], path: string, url: string, { secret, verify_token: token = null }: HookSet, change: object): void {
  const scheme = "scheme" in change ? { scheme: change.scheme } : {};
  out.json({ path, ...scheme, url, secret, ...(token === null ? {} : { verify_token: token }) });
  out.print(`Send to ${url}`);
  if (secret !== null) out.print(`Secret   ${secret}`);
  if (token !== null) out.print(`Verify token ${token}`);
}
