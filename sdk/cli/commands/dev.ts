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

type Stamps = ReadonlyMap<string, string>;

/** When each file that matters was last written. */
function stampsOf(target: string, bundle: Bundle | null): Stamps {
  const paths = new Set(bundle?.inputs);
  try {
    for (const path of findEntry(target).files) paths.add(path);
  } catch {
    // The folder is gone for a moment: what comes back is a change.
  }
  return new Map([...paths].map((path) => [path, stamp(path)]));
}

function stamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs}:${stats.size}` : "gone";
}

const same = (a: Stamps, b: Stamps): boolean => a.size === b.size && [...a].every(([path, at]) => b.get(path) === at);

async function build(target: string, out: Output): Promise<Bundle | null> {
  try {
    return await bundleForDeploy(target);
  } catch (error) {
    showRefusal(error, out);
    return null;
  }
}

async function deploy(client: Client, bundle: Bundle, out: Output): Promise<void> {
  try {
    const deployment = await deployBundle(client, bundle);
    out.note(`${out.paint.green("✓")} version ${deployment.version}: ${deployment.workflows.map(({ id }) => id).join(", ")}`);
  } catch (error) {
    showRefusal(error, out);
  }
}

function showRefusal(error: unknown, out: Output): void {
  if (!(error instanceof CommandError)) throw error;
  out.note(`${out.paint.red("✗")} ${error.message}${error.hint ? `\n${error.hint}` : ""}`);
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
    let seen: Stamps = new Map();
    let bundle: Bundle | null = null;
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

    out.note(`Watching ${target}, deploying to ${url}`);
    for (let round = 0; !stop.signal.aborted; round++) {
      const before = stampsOf(target, bundle);
      if (round === 0 || !same(before, seen)) {
        const built = await build(target, out);
        bundle = built ?? bundle;
        // What was written while it was read is read again; files not known before count from now on.
        const after = stampsOf(target, bundle);
        seen = [...before].every(([path, at]) => after.get(path) === at) ? after : before;
        if (built) await persist(() => deploy(client, built, out), onLost);
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
