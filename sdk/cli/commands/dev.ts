import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Client, ConnectionError } from "../../client/index.ts";
import { bundleForDeploy, type Bundle } from "../bundle/index.ts";
import { findEntry } from "../bundle/entry.ts";
import type { Command } from "../command.ts";
import { CommandError, exitCodes } from "../failure.ts";
import { createFollower } from "../follow.ts";
import type { Output } from "../output.ts";
import { pause, persist } from "../watch.ts";
import { deployBundle } from "./deploy.ts";

const lookMs = 300;

function stamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${path}:${stats.mtimeMs}:${stats.size}` : path;
}

/** Changes when a file of the bundle does, or when one comes or goes. */
function fingerprint(target: string, bundle: Bundle | null): string {
  try {
    const { files } = findEntry(target);
    return [...new Set([...files, ...(bundle?.inputs ?? [])])].sort().map(stamp).join("\n");
  } catch {
    return "";
  }
}

async function deployNow(client: Client, target: string, out: Output): Promise<Bundle | null> {
  let bundle: Bundle | null = null;
  try {
    bundle = await bundleForDeploy(target);
    const deployment = await deployBundle(client, bundle);
    const names = deployment.workflows.map(({ id }) => id).join(", ");
    out.note(`${out.paint.green("✓")} version ${deployment.version}: ${names}`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    out.note(`${out.paint.red("✗")} ${error.message}${error.hint ? `\n${error.hint}` : ""}`);
  }
  return bundle;
}

export const devCommand: Command = {
  usage: "dev [FOLDER]",
  summary: "Deploy on every change and show executions as they run.",
  more: "Default: the folder workflows. Ends with Ctrl+C.",
  positionals: [0, 1],
  async run({ positionals: [folder = "workflows"], out, connect }) {
    const target = resolve(folder);
    const { client, url } = connect();
    findEntry(target);
    const onLost = (error: Error): void => out.note(`${error.message}; waiting for the server`);
    const follow = createFollower(client, (line) => out.print(line), out.paint);
    let deployed: string | null = null;
    let bundle: Bundle | null = null;
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

    out.note(`Watching ${target}, deploying to ${url}`);
    for (let round = 0; !stop.signal.aborted; round++) {
      const current = fingerprint(target, bundle);
      if (current !== deployed) {
        bundle = (await persist(() => deployNow(client, target, out), onLost)) ?? bundle;
        // Helpers that were unknown until now count too; a change made meanwhile is seen next.
        deployed = round === 0 ? fingerprint(target, bundle) : current;
      }
      if (round % 3 === 0) await follow().catch(quietWhenGone);
      await pause(lookMs);
    }
    return exitCodes.ok;
  },
};

function quietWhenGone(error: unknown): void {
  if (!(error instanceof ConnectionError)) throw error;
}
