/**
 * What votes come to. Pure.
 *
 * - any: the first decision counts.
 * - all: the first rejection rejects; approved when every name asked has been approved for, of a
 *   role or a team by one member. Names asked later (escalation) are not needed: whoever is asked
 *   then stands for all.
 * - a number: approved at so many approvals; rejected by the rejection that leaves too few who
 *   could still approve.
 * @module
 */
import type { Request } from "./electorate.ts";

export interface Vote {
  decision: "approved" | "rejected";
  standsFor: readonly number[];
}

/**
 * Null: it is open still.
 * @param votes in the order they came
 * @param left how many could still decide
 */
export function tally({ asked, need }: Pick<Request, "asked" | "need">, votes: readonly Vote[], left: number): "approved" | "rejected" | null {
  const last = votes.at(-1);
  if (!last) return null;
  if (need === "any" || (need === "all" && asked.length === 0)) return votes[0]?.decision ?? null;
  if (need === "all") {
    if (votes.some(({ decision }) => decision === "rejected")) return "rejected";
    const approved = new Set(votes.flatMap(({ standsFor }) => standsFor));
    return asked.every((one, index) => one.escalated || approved.has(index)) ? "approved" : null;
  }
  const approvals = votes.filter(({ decision }) => decision === "approved").length;
  if (approvals >= need) return "approved";
  return last.decision === "rejected" && approvals + left < need ? "rejected" : null;
}
