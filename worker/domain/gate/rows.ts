/**
 * Rows of what became of executions, by deployment.
 * @module
 */
import { and, gte, lt, type SQL } from "drizzle-orm";
import { moves } from "../../../db/schema/moves.ts";

export const moveId = (deployment: string, execution: string): string => `${deployment}:${execution}`;

/** A range of the primary key. */
export function movesOf(deployment: string): SQL | undefined {
  return and(gte(moves.id, `${deployment}:`), lt(moves.id, `${deployment};`));
}
