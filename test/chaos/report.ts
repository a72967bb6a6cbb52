/**
 * The outcome of a chaos run as data and as a table.
 * @module
 */
import type { Effect } from "../support/recorder.ts";
import type { Collected } from "./collect.ts";
import type { Started } from "./driver.ts";
import { childKind, kinds } from "./kinds.ts";
import type { ChaosOptions } from "./plan.ts";

export interface Report {
  seed: number;
  kills: number;
  /** Started by the harness. */
  executions: number;
  /** Child executions that those started. */
  children: number;
  steps: number;
  effects: number;
  /** Arrivals beyond the first of a call that were not asked for by a failure. */
  repeated_effects: number;
  /** Starts that got no reply at first. */
  unanswered_starts: number;
  lost: number;
  stuck: number;
  violations: string[];
  /** From the last restart until everything was checked, ms. */
  settled_ms: number;
  ms: number;
  kinds: Array<{ workflow: string; started: number; completed: number; failed: number; other: number; effects: number }>;
  /** The latest of what the server printed; for failures. */
  server_output: string;
}

interface Facts {
  options: ChaosOptions;
  started: readonly Started[];
  collected: Collected;
  effects: readonly Effect[];
  violations: string[];
  settledMs: number;
  ms: number;
  serverOutput: string;
}

export function reportOf({ options, started, collected, effects, violations, settledMs, ms, serverOutput }: Facts): Report {
  const { views, index } = collected;
  const calls = Map.groupBy(effects, ({ execution, label }) => `${execution} ${label}`);
  const all = [...views.values()];
  const ended = new Set(["completed", "failed", "cancelled"]);
  return {
    seed: options.seed,
    kills: options.kills,
    executions: started.length,
    children: [...index.values()].filter(({ parent_id: parent }) => parent !== null).length,
    steps: all.reduce((sum, { steps }) => sum + steps.length, 0),
    effects: effects.length,
    repeated_effects: [...calls.values()].reduce((sum, arrivals) => sum + arrivals.filter(({ status }) => status === 200).length - 1, 0),
    unanswered_starts: started.filter(({ unanswered }) => unanswered > 0).length,
    lost: started.filter(({ id }) => !views.has(id)).length,
    stuck: all.filter(({ status }) => !ended.has(status)).length,
    violations,
    settled_ms: settledMs,
    ms,
    kinds: [...kinds, childKind].map(({ workflow }) => {
      const of = all.filter((view) => view.workflow_id === workflow);
      const count = (status: string): number => of.filter((view) => view.status === status).length;
      const ids = new Set(of.map(({ id }) => id));
      return { workflow, started: of.length, completed: count("completed"), failed: count("failed"), other: of.length - count("completed") - count("failed"), effects: effects.filter(({ execution }) => ids.has(execution)).length };
    }),
    server_output: serverOutput,
  };
}

export function tableOf(report: Report): string {
  const head = ["workflow", "started", "completed", "failed", "other", "effects"];
  const rows = report.kinds.map((kind) => [kind.workflow, kind.started, kind.completed, kind.failed, kind.other, kind.effects].map(String));
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
  return [line(head), ...rows.map(line)].join("\n");
}
