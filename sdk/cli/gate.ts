/**
 * The publish gate on the command line: its report, and what becomes of executions in flight.
 * @module
 */
import type { DeploymentPreview, InFlight, WorkflowPreview } from "../client/index.ts";
import { usageError } from "./failure.ts";
import { safe, table } from "./format.ts";
import type { Output } from "./output.ts";

/** Lines for executions of a workflow; the rest is counted. */
const mostShown = 20;

const words: Readonly<Record<string, InFlight>> = { pin: {}, migrate: { same: "migrate" }, "cancel-differing": { differs: "cancel" } };

/**
 * @param text `migrate`, `pin`, `cancel-differing`, or several separated by commas
 * @throws CommandError for other words
 */
export function inFlightOf(text: string): InFlight {
  const all = text.split(",").map((word) => word.trim());
  const wrong = all.find((word) => !Object.hasOwn(words, word));
  if (wrong !== undefined) throw usageError(`--in-flight ${JSON.stringify(wrong)}: say ${Object.keys(words).join(", ")}, or two of them separated by a comma`);
  return Object.assign({}, ...all.map((word) => words[word])) as InFlight;
}

/** Whether something in flight is not followed by the candidate. */
export function hasDifferences({ workflows }: DeploymentPreview): boolean {
  return workflows.some(({ in_flight }) => in_flight.differs + in_flight.failed > 0);
}

export function printPreview({ workflows }: DeploymentPreview, out: Output): void {
  for (const workflow of workflows) {
    out.print(`${out.paint.bold(workflow.id)}  ${changesOf(workflow)}`);
    if (workflow.change !== "changed") continue;
    const { in_flight: flying, ended } = workflow;
    out.print(`  in flight: ${flying.total}, replayed ${flying.replayed}: ${flying.same} same, ${flying.differs + flying.failed} differ${flying.unreadable > 0 ? `, ${flying.unreadable} cannot be read` : ""}`);
    out.print(`  ended: replayed ${ended.replayed}: ${ended.same} same, ${ended.differs + ended.failed} differ`);
    const told = workflow.executions.filter(({ verdict }) => verdict !== "same");
    const rows = told.slice(0, mostShown).map(({ id, status, version, verdict, at, error }) => [
      `  ${id}`, status, `version ${version}`, verdict === "differs" ? out.paint.yellow("differs") : out.paint.red(verdict),
      safe(at ? `${at.where}: expected ${at.expected}, found ${at.found}` : (error?.message ?? "")),
    ]);
    for (const line of table(rows)) out.print(line);
    if (told.length > rows.length) out.print(`  and ${told.length - rows.length} more`);
  }
}

function changesOf({ change, triggers_changed, input_schema_changed }: WorkflowPreview): string {
  return [change, ...(triggers_changed ? ["other triggers"] : []), ...(input_schema_changed ? ["other input"] : [])].join(", ");
}
