/**
 * How a child and its parent hear of each other's end.
 * @module
 */
import { encode } from "../schema/codec.ts";
import type { ErrorRecord, ExecutionStatus } from "../schema/execution.ts";
import { type Batch, fromRow, type StepRow } from "../schema/journal.ts";

/** Children whose invoke step has timed out in this batch: nobody waits for them any more. */
export function lateChildren(batch: Batch, children: ReadonlyMap<string, string>): string[] {
  const late = (JSON.parse(batch.steps) as StepRow[]).map(fromRow).filter(({ kind, error, ended }) => kind === "invoke" && ended !== null && error?.code === "wait-timeout");
  return late.flatMap(({ key }) => children.get(key) ?? []);
}

/** A child's end as it lies in its parent's signals. */
export function childEnd({ status, output, error }: { status: ExecutionStatus; output: string | null; error: ErrorRecord | null }): string {
  return encode(status === "completed" ? { status, output } : { status, error: error ?? { name: "Error", message: `the child execution was ${status}` } });
}
