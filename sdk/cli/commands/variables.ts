import type { VariableInput } from "../../client/index.ts";
import { type VariableType, variableType, type VariableView } from "../../schema/variable.ts";
import type { Command, Invocation } from "../command.ts";
import { CommandError, type ExitCode, exitCodes, usageError } from "../failure.ts";
import { brief, safe, table } from "../format.ts";
import { readStandardInput } from "../json-input.ts";
import { ask } from "../prompt.ts";

export const variablesCommand: Command = {
  usage: "variables list | set NAME [VALUE] | unset NAME",
  summary: "List, set and delete variables and secrets.",
  flags: [
    ["--type TYPE", `${variableType.options.join(", ")}; default: what it is, for a new one string`],
    ["--workflow ID", "of this workflow alone; without it of the whole tenant"],
    ["--hosts LIST", "where a secret may be sent, parted by commas: api.stripe.com,*.example.com"],
    ["--description TEXT", "what it is for"],
  ],
  more: "Without VALUE it is read from standard input. A secret always is, or asked for without being shown:\na command line stays in the shell's history. No secret is ever shown again.",
  options: { type: { type: "string" }, workflow: { type: "string" }, hosts: { type: "string" }, description: { type: "string" } },
  positionals: [1, 3],
  async run(invocation) {
    const [verb, name, ...rest] = invocation.positionals;
    if (verb === "list" && name === undefined) return list(invocation);
    if (verb === "set" && name !== undefined) return set(invocation, name, rest[0]);
    if (verb === "unset" && name !== undefined && rest.length === 0) return unset(invocation, name);
    throw usageError(`everstep variables knows list, set NAME [VALUE] and unset NAME, not ${JSON.stringify(invocation.positionals.slice(0, 2).join(" "))}`);
  },
};

async function list({ flags, out, connect }: Invocation): Promise<ExitCode> {
  const workflowId = flags.text("workflow");
  const variables = await connect().client.variables.list(workflowId === undefined ? {} : { workflowId });
  out.json(variables);
  if (variables.length === 0) out.print("No variables yet. Set one: everstep variables set NAME VALUE");
  const rows = variables.map(({ name, type, workflow_id, value, hosts, description }) => [
    out.paint.bold(name),
    type,
    workflow_id ?? "all workflows",
    type === "secret" ? out.paint.dim(`for ${hosts.join(", ")}`) : safe(brief(value, 60)),
    safe(description ?? ""),
  ]);
  for (const line of table(rows)) out.print(line);
  return exitCodes.ok;
}

async function set({ flags, out, connect }: Invocation, name: string, given: string | undefined): Promise<ExitCode> {
  const { client } = connect();
  const workflowId = flags.text("workflow") ?? null;
  const before = await find(client, name, workflowId);
  const type = flags.choice("type", variableType.options) ?? before?.type ?? "string";
  if (before && before.type !== type) throw new CommandError(exitCodes.refused, `${name} is a ${before.type}: another type is another variable`, `Delete it first: everstep variables unset ${name}`);
  const hosts = flags.text("hosts")?.split(",").map((host) => host.trim());
  if (hosts && type !== "secret") throw usageError("--hosts is for secrets: --type secret");
  if (type === "secret" && !before && !hosts) throw usageError("a secret needs --hosts: where it may be sent", "For example --hosts api.stripe.com");
  const description = flags.text("description");
  const value = await valueOf(type, given);
  const set = await client.variables.set(before?.id ?? null, { name, type, workflow_id: workflowId, value, ...(hosts ? { hosts } : {}), ...(description === undefined ? {} : { description }) });
  out.json(set);
  out.print(`${before ? "Changed" : "Set"} ${name}${set.type === "secret" ? ` (secret, for ${set.hosts.join(", ")})` : ` = ${safe(brief(set.value))}`}${workflowId === null ? "" : ` for ${workflowId}`}`);
  return exitCodes.ok;
}

async function unset({ flags, out, connect }: Invocation, name: string): Promise<ExitCode> {
  const { client } = connect();
  const workflowId = flags.text("workflow") ?? null;
  const variable = await find(client, name, workflowId);
  if (!variable) throw new CommandError(exitCodes.refused, `there is no variable ${name}${workflowId === null ? "" : ` of the workflow ${workflowId}`}`, "everstep variables list shows what there is.");
  await client.variables.remove(variable.id);
  out.json(variable);
  out.print(`Deleted ${name}`);
  return exitCodes.ok;
}

async function find(client: ReturnType<Invocation["connect"]>["client"], name: string, workflowId: string | null): Promise<VariableView | undefined> {
  return (await client.variables.list({ name })).find((one) => one.workflow_id === workflowId);
}

async function valueOf(type: VariableType, given: string | undefined): Promise<VariableInput["value"]> {
  if (type === "secret") {
    if (given !== undefined) throw usageError("a secret is not given on the command line, where it would stay in the shell's history", "Leave VALUE out and pipe it in, or type it when asked.");
    const secret = process.stdin.isTTY ? await ask("Secret: ", { hidden: true, otherwise: "Pipe it in." }) : lastLineEnd(readStandardInput());
    if (secret === "") throw usageError("standard input is empty: it has to hold the secret");
    return secret;
  }
  const text = given ?? lastLineEnd(readStandardInput());
  if (type === "string") return text;
  try {
    return JSON.parse(text) as VariableInput["value"];
  } catch {
    throw usageError(`${JSON.stringify(text)} is not a ${type === "json" ? "JSON document" : type}`);
  }
}

const lastLineEnd = (text: string): string => text.replace(/\r?\n$/, "");
