import { ApiError, type Client, type DeploymentRequest, type DeploymentView } from "../../client/index.ts";
import { bundleForDeploy, bundleName, type Bundle } from "../bundle/index.ts";
import { toOriginal } from "../bundle/positions.ts";
import type { Command } from "../command.ts";
import { CommandError, exitCodes, usageError } from "../failure.ts";
import { safe, table, time } from "../format.ts";
import { hasDifferences, inFlightOf, printPreview } from "../gate.ts";

/** @throws CommandError when refused, with the places told in the TypeScript they come from */
export function deployBundle(client: Client, bundle: Bundle, more: Pick<DeploymentRequest, "message" | "in_flight"> = {}): Promise<DeploymentView> {
  return placing(bundle, (request) => client.deployments.create({ ...request, ...more }));
}

async function placing<T>({ request, map }: Bundle, send: (request: DeploymentRequest) => Promise<T>): Promise<T> {
  try {
    return await send(request);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "bundle-rejected") throw error;
    const lines = error.errors.length > 0 ? error.errors.map(({ pointer, detail }) => (/^[^/].*:\d+/.test(pointer) ? `${pointer}: ${detail}` : detail)) : [error.detail];
    throw new CommandError(exitCodes.refused, `the deployment was refused, nothing changed\n${lines.map((line) => `  ${safe(toOriginal(line, bundleName, map))}`).join("\n")}`);
  }
}

export const deployCommand: Command = {
  usage: "deploy [FILE|FOLDER]",
  summary: "Build workflows and put them to use.",
  flags: [
    ["-m, --message TEXT", "what changed, for the list of deployments"],
    ["--check", "only replay recorded executions on it, and report; exits with 1 when one in flight differs"],
    ["--in-flight WHAT", "what becomes of executions under way: pin (the default), migrate, cancel-differing"],
  ],
  more: "Default: the folder workflows. A folder stands for its index.ts, else for every TypeScript\nfile in it and below, without tests. Executions under way keep the code they began with, unless --in-flight\nsays otherwise: migrate moves those whose history the new code follows.",
  options: { message: { type: "string", short: "m" }, check: { type: "boolean" }, "in-flight": { type: "string" } },
  positionals: [0, 1],
  async run({ positionals: [target = "workflows"], flags, out, connect }) {
    const { client, url } = connect();
    const choice = flags.text("in-flight");
    const inFlight = choice === undefined ? undefined : inFlightOf(choice);
    if (flags.on("check")) {
      if (inFlight !== undefined) throw usageError("--check and --in-flight do not go together: a check deploys nothing");
      const preview = await placing(await bundleForDeploy(target), (request) => client.deployments.preview(request));
      out.json(preview);
      printPreview(preview, out);
      return hasDifferences(preview) ? exitCodes.failed : exitCodes.ok;
    }
    const message = flags.text("message");
    const deployment = await deployBundle(client, await bundleForDeploy(target), { ...(message === undefined ? {} : { message }), ...(inFlight === undefined ? {} : { in_flight: inFlight }) });
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
