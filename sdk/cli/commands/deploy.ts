import { ApiError, type Client, type DeploymentView } from "../../client/index.ts";
import { bundleForDeploy, bundleName, type Bundle } from "../bundle/index.ts";
import { toOriginal } from "../bundle/positions.ts";
import type { Command } from "../command.ts";
import { CommandError, exitCodes, usageError } from "../failure.ts";
import { safe, table, time } from "../format.ts";

/** @throws CommandError when refused, with the places told in the TypeScript they come from */
export async function deployBundle(client: Client, { request, map }: Bundle, message?: string): Promise<DeploymentView> {
  try {
    return await client.deployments.create({ ...request, ...(message === undefined ? {} : { message }) });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "bundle-rejected") throw error;
    const lines = error.errors.length > 0 ? error.errors.map(({ pointer, detail }) => (/^[^/].*:\d+/.test(pointer) ? `${pointer}: ${detail}` : detail)) : [error.detail];
    throw new CommandError(exitCodes.refused, `the deployment was refused, nothing changed\n${lines.map((line) => `  ${safe(toOriginal(line, bundleName, map))}`).join("\n")}`);
  }
}

export const deployCommand: Command = {
  usage: "deploy [FILE|FOLDER]",
  summary: "Build workflows and put them to use.",
  flags: [["-m, --message TEXT", "what changed, for the list of deployments"]],
  more: "Default: the folder workflows. A folder stands for its index.ts, else for every TypeScript\nfile in it and below, without tests. Executions under way keep the code they began with.",
  options: { message: { type: "string", short: "m" } },
  positionals: [0, 1],
  async run({ positionals: [target = "workflows"], flags, out, connect }) {
    const { client, url } = connect();
    const deployment = await deployBundle(client, await bundleForDeploy(target), flags.text("message"));
    out.json(deployment);
    out.print(`Deployed version ${deployment.version} to ${url}`);
    for (const line of table(deployment.workflows.map(({ id, title }) => [`  ${out.paint.bold(id)}`, safe(title)]))) out.print(line);
    return exitCodes.ok;
  },
};

export const deploymentsCommand: Command = {
  usage: "deployments [activate ID]",
  summary: "List deployments, or go back to an earlier one.",
  positionals: [0, 2],
  async run({ positionals: [verb, id], out, connect }) {
    const { client } = connect();
    if (verb !== undefined) {
      if (verb !== "activate" || id === undefined) throw usageError("everstep deployments [activate ID]");
      await client.deployments.activate(id);
      out.json({ id, active: true });
      out.print(`Activated ${id}: new executions run its workflows`);
      return exitCodes.ok;
    }
    const deployments = await client.deployments.list();
    out.json(deployments);
    if (deployments.length === 0) out.print("No deployments yet. Make one: everstep deploy");
    const rows = deployments.map(({ id: own, version, active, created_at, message }) => [`version ${version}`, active ? out.paint.green("✓ active") : "", time(created_at), own, safe(message ?? "")]);
    for (const line of table(rows)) out.print(line);
    return exitCodes.ok;
  },
};
