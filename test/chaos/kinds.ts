/**
 * What each workflow of ./workflows.ts has to leave behind, however often it was cut off.
 * @module
 */
import type { StepStatus } from "../../sdk/schema/execution.ts";

export interface Kind {
  workflow: string;
  /** How many of a hundred executions. */
  share: number;
  status: "completed" | "failed";
  /** Every step of the journal and how it has to end. */
  steps: Readonly<Record<string, StepStatus>>;
  /** Every effect, in the order of first arrival when `ordered`. */
  labels: readonly string[];
  ordered: boolean;
  /** Sleeps that last as long as the input's `pauseMs`. */
  naps: readonly string[];
  /** How many events the harness sends. */
  events: number;
  /** How many child executions it starts. */
  children: number;
}

const done = (...keys: string[]): Record<string, StepStatus> => Object.fromEntries(keys.map((key) => [`${key}-1`, "completed"]));
const kind = (workflow: string, share: number, rest: Partial<Kind>): Kind => ({ workflow: `chaos-${workflow}`, share, status: "completed", steps: {}, labels: [], ordered: true, naps: [], events: 0, children: 0, ...rest });

const draws = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`draw-${index + 1}`, "completed" as const]));

/** Started by other executions only. */
export const childKind = kind("child", 0, { steps: done("begin", "nap", "end"), labels: ["begin", "end"], naps: ["nap-1"] });

export const kinds: readonly Kind[] = [
  kind("pure", 10, { steps: draws }),
  kind("effects", 15, {
    steps: done("a", "think-a", "b", "think-b", "c", "think-c", "d", "think-d", "twice"),
    labels: ["a", "b", "c", "d", "twice first", "twice second"],
  }),
  kind("sleeps", 10, { steps: done("before", "nap", "between", "until", "past", "after"), labels: ["before", "between", "after"], naps: ["nap-1", "until-1"] }),
  kind("retries", 10, {
    steps: { ...done("one failure", "three failures", "after"), "hopeless-1": "failed" },
    labels: ["one failure", "three failures", "after"],
  }),
  kind("events", 12, {
    steps: { ...done("before", "first", "after first", "second", "after second"), "never-1": "failed" },
    labels: ["before", "after first", "after second"],
    events: 2,
  }),
  kind("parent", 10, { steps: { ...done("before", "left", "right", "after"), "failing-1": "failed" }, labels: ["before", "after"], children: 3 }),
  kind("rollback", 10, {
    status: "failed",
    steps: { ...done("book", "charge", "ship", "nap"), "refuse-1": "failed", "rollback:ship-1": "completed", "rollback:charge-1": "completed", "rollback:book-1": "completed" },
    labels: ["book", "charge", "ship", "undo ship", "undo charge", "undo book"],
    naps: ["nap-1"],
  }),
  kind("parallel", 10, {
    steps: { ...done("slow", "p", "q", "r", "good", "nap", "race", "after"), "bad-1": "failed", "long-1": "cancelled" },
    labels: ["p", "q", "r", "good", "race", "after"],
    ordered: false,
    naps: ["nap-1"],
  }),
  kind("pooled", 8, { steps: done("before", "nap", "draw", "after"), labels: ["before", "after"], naps: ["nap-1"] }),
  // Only the last run's journal is left; it took no nap's result along.
  kind("rounds", 5, { steps: done("work", "nap"), labels: ["work 1", "work 2", "work 3"], naps: ["nap-1"] }),
];
