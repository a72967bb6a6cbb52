/**
 * An execution as people read it: its steps in order, with durations, attempts and errors.
 * @module
 */
import type { ErrorRecord, ExecutionStatus, ExecutionView, StepView } from "../schema/execution.ts";
import { brief, duration, safe, table, time } from "./format.ts";
import type { Paint } from "./output.ts";

type Colour = keyof Paint;

const statusLook: Record<ExecutionStatus | StepView["status"], readonly [icon: string, colour: Colour]> = {
  queued: ["…", "blue"],
  running: ["▸", "blue"],
  sleeping: ["◷", "blue"],
  waiting: ["◷", "magenta"],
  pending_approval: ["?", "magenta"],
  paused: ["‖", "yellow"],
  retrying: ["↻", "yellow"],
  completed: ["✓", "green"],
  failed: ["✗", "red"],
  cancelled: ["⊘", "yellow"],
  stalled: ["!", "red"],
};

/** Icon and word, coloured. */
export function statusText(status: ExecutionStatus | StepView["status"], paint: Paint): string {
  const [icon, colour] = statusLook[status];
  return paint[colour](`${icon} ${status.replace("_", " ")}`);
}

/** Lines of the whole picture. */
export function timeline(execution: ExecutionView, paint: Paint): string[] {
  const { workflow_id, id, status, version, run, steps, duration_ms, trigger, created_at } = execution;
  const took = duration_ms === null ? "" : ` in ${duration(duration_ms)}`;
  const lines = [
    `${paint.bold(workflow_id)}  ${statusText(status, paint)}${took}`,
    paint.dim(`${id} · version ${version}${run > 1 ? ` · run ${run}` : ""} · ${trigger} · ${time(created_at)}`),
    `input   ${safe(brief(execution.input))}`,
  ];
  if (execution.status_reason !== undefined) lines.push(`queued  ${safe(execution.status_reason)}`);
  if (steps.length > 0) lines.push("", ...stepLines(steps, paint), "");
  if (status === "completed") lines.push(`output  ${safe(brief(execution.output, 2000))}`);
  if (execution.error) lines.push(...errorLines(execution.error, paint));
  if (execution.divergence) {
    const { at, expected, found, hint } = execution.divergence;
    lines.push(paint.red(`stalled at ordinal ${at}: the history has ${safe(expected)}, the code asked for ${safe(found)}`), safe(hint));
  }
  for (const step of steps) if (step.kind === "approval" && step.status === "waiting") lines.push(`To decide: everstep approve ${id} ${step.key}`);
  return lines;
}

/** One line a step: icon, key, kind, time, and what there is to say about it. */
export function stepLines(steps: readonly StepView[], paint: Paint): string[] {
  return table(
    steps.map((step) => {
      const [icon, colour] = statusLook[step.status];
      return [`  ${paint[colour](icon)} ${safe(step.name)}${step.count > 1 ? paint.dim(` #${step.count}`) : ""}`, paint.dim(step.kind), howLong(step), remark(step, paint)];
    }),
  );
}

function howLong({ duration_ms, status }: StepView): string {
  return duration_ms === null ? status : duration(duration_ms);
}

function remark({ attempt, error, due_at, status, output, kind }: StepView, paint: Paint): string {
  const parts: string[] = [];
  if (attempt > 1) parts.push(paint.yellow(`${attempt} attempts`));
  if (due_at && status === "retrying") parts.push(`next attempt ${time(due_at)}`);
  if (due_at && status === "waiting") parts.push(`until ${time(due_at)}`);
  if (error) parts.push(paint.red(`${safe(error.name)}: ${safe(error.message.split("\n")[0] ?? "")}`));
  else if (status === "completed" && kind !== "sleep" && output !== null) parts.push(paint.dim(`→ ${safe(brief(output, 60))}`));
  return parts.join(", ");
}

function errorLines({ name, message, code, stack }: ErrorRecord, paint: Paint): string[] {
  const head = `${safe(name)}: ${safe(message)}${code ? ` (${code})` : ""}`;
  const place = ownFrame(stack ?? "");
  return [paint.red(head), ...(place === null ? [] : [paint.dim(`    ${safe(place)}`)])];
}

/** `workflows/welcome.ts:12:9 in greet`: the innermost frame of the project's own code; null when there is none. */
function ownFrame(stack: string): string | null {
  for (const line of stack.split("\n")) {
    const [, called, file, position] = /^\s+at (?:async )?(?:(.+?) \()?(.+?):(\d+:\d+)\)?$/.exec(line) ?? [];
    // The platform's own runtime and what was installed say nothing about the workflow.
    if (file === undefined || file === "runtime.js" || file === "main.js" || file.includes("node_modules/")) continue;
    return `${file}:${position}${called === undefined ? "" : ` in ${called}`}`;
  }
  return null;
}
