/**
 * Workflows that start each other by events would go on for ever: an event carries the chain of
 * the executions that led to it, and one that has come round too often starts nothing more.
 * @module
 */
import type { ChainLink } from "../../sdk/schema/execution.ts";

/** So often a workflow may stand in the chain of what starts it. */
export const mostRounds = 5;
/** So many executions may lead to one. */
export const longestChain = 50;

/** Why an event must not start a workflow; null when it may. */
export function loopAt(chain: readonly ChainLink[], workflowId: string): string | null {
  const rounds = chain.filter(({ workflow_id }) => workflow_id === workflowId).length;
  if (rounds >= mostRounds) return `The workflow \`${workflowId}\` was not started: it has run ${rounds} times already in the chain of executions that led to this event, so it starts itself in a circle.`;
  if (chain.length > longestChain) return `The workflow \`${workflowId}\` was not started: ${chain.length} executions led to this event one after another, ${longestChain} at most may.`;
  return null;
}
