/**
 * Those outside who have to hear of an execution: its children, its parent, and who brings
 * what its steps wait for.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import type { Children } from "./children.ts";
import type { Onlookers } from "./onlookers.ts";
import type { Outside } from "./outside.ts";
import type { Execution, OpenStep } from "./state.ts";

export interface Neighbours {
  readonly children: Children;
  readonly outside: Outside;
  readonly onlookers: Onlookers;
}

/** It goes on: what its open steps wait for is asked for. With `again`, also what was asked for before. */
export async function tend({ children, outside }: Neighbours, execution: Execution, open: OpenStep[], again = false): Promise<void> {
  await together([children.tend(execution, open, again), outside.tend(execution, open)]);
}

export async function afterEnd({ children, outside, onlookers }: Neighbours, execution: Execution): Promise<void> {
  onlookers.ended(execution);
  await together([children.afterEnd(execution), outside.tend(execution, [])]);
}

/** Its next run has steps of the same keys: nobody may take them for those of this one. */
export async function beforeNextRun({ children, outside }: Neighbours, execution: Execution): Promise<void> {
  await together([children.cancelOpen(execution), outside.tend(execution, [])]);
}

/** False when a telling failed; it stands in the log then. */
export async function allReached(execution: Execution, tellings: Promise<void>[]): Promise<boolean> {
  const failed = (await Promise.allSettled(tellings)).flatMap((result) => (result.status === "rejected" ? [errorMessage(result.reason)] : []));
  for (const message of failed) console.error(JSON.stringify({ level: "error", event: "report-failed", execution: execution.request.id, message }));
  return failed.length === 0;
}

/** One that fails keeps none of the others from being done. */
async function together(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}
