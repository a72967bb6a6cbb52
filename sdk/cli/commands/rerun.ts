/**
 * `everstep retry ID --from STEP` with an edit: a new execution with a copy of the history.
 * @module
 */
import { ApiError, type Client, type RerunRequest, type RerunView } from "../../client/index.ts";
import type { Flags, Options } from "../command.ts";
import { CommandError, type ExitCode, exitCodes, usageError } from "../failure.ts";
import { safe, table } from "../format.ts";
import { readJsonFlag } from "../json-input.ts";
import type { Output } from "../output.ts";
import { findStep } from "./find-step.ts";

export const rerunOptions = { input: { type: "string" }, result: { type: "string" }, on: { type: "string" }, "dry-run": { type: "boolean" }, "repeat-effects": { type: "boolean" } } as const satisfies Options;

/** Whether one of the flags was given that only a re-run has. */
export function asksRerun(flags: Flags): boolean {
  return ["input", "result", "on"].some((name) => flags.text(name) !== undefined) || flags.on("dry-run") || flags.on("repeat-effects");
}

interface Asked {
  id: string;
  from: string | undefined;
  asNew: boolean;
  flags: Flags;
  out: Output;
  client: Client;
}

/** @throws CommandError naming the effects that would repeat */
export async function rerun({ id, from, asNew, flags, out, client }: Asked): Promise<ExitCode> {
  if (from === undefined || asNew) throw usageError("--input, --result, --on, --dry-run and --repeat-effects go with --from STEP: they begin a new execution from that step");
  const { key } = findStep((await client.executions.get(id)).steps, from);
  const dryRun = flags.on("dry-run");
  const said = await ask(client, id, { from: key, ...edited(flags), version: versionOf(flags.text("on")), dry_run: dryRun, acknowledge_effects: flags.on("repeat-effects") });
  out.json(said);
  out.print(dryRun ? `Would begin again from ${key}, on version ${said.version}` : `Started ${said.new_execution_id} from ${key}, on version ${said.version}`);
  out.print(`  keeps ${said.kept_steps.length} steps, runs ${said.rerun_steps.length} again${said.rerun_steps.length > 0 ? `: ${said.rerun_steps.slice(0, 10).join(", ")}` : ""}`);
  for (const line of table(said.effects.map(({ step, effect, what }) => [`  ${step}`, effect === "sends" ? out.paint.yellow(effect) : effect, safe(what)]))) out.print(line);
  if (said.undone_steps.length > 0) out.print(`  kept, although a rollback has undone them: ${said.undone_steps.join(", ")}`);
  return exitCodes.ok;
}

function edited(flags: Flags): Pick<RerunRequest, "input" | "result"> {
  const values = (["input", "result"] as const).flatMap((name) => {
    const text = flags.text(name);
    return text === undefined ? [] : [[name, readJsonFlag(name, text)]];
  });
  return Object.fromEntries(values) as Pick<RerunRequest, "input" | "result">;
}

function versionOf(text: string | undefined): NonNullable<RerunRequest["version"]> {
  if (text === undefined || text === "own") return "own";
  if (text === "current") return text;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw usageError(`--on ${JSON.stringify(text)}: say own, current or the number of a version`);
}

async function ask(client: Client, id: string, request: RerunRequest): Promise<RerunView> {
  try {
    return await client.executions.rerun(id, request);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "effects-would-repeat") throw error;
    throw new CommandError(exitCodes.refused, `these would happen again, nothing was begun\n${error.errors.map(({ detail }) => `  ${safe(detail)}`).join("\n")}`, "Say --repeat-effects to go ahead.");
  }
}
