/**
 * What led to what: executions carry the chain of those that caused them.
 * @module
 */
import type { Cause } from "../../durable-objects/execution/ports.ts";
import type { ChainLink } from "../../sdk/schema/execution.ts";

/** So many links are kept at most; a chain that long is a loop (see dispatch). */
const longest = 100;

/** The chain of what an execution causes: its own, and itself. */
export function chainThrough({ chain, workflowId, executionId }: Omit<Cause, "tenant">): ChainLink[] {
  return [...chain, { workflow_id: workflowId, execution_id: executionId }].slice(-longest);
}
