/**
 * What the scheduler needs of the rest of the platform; wired in worker/index.ts.
 * @module
 */
import type { ScheduleOptions } from "../../sdk/schema/schedule.ts";

/** A schedule as the tenant's code asks for it. */
export interface Definition {
  id: string;
  workflowId: string;
  cron: string;
  timezone: string;
  options: ScheduleOptions;
  /** It is not paused, and its workflow is switched on. */
  active: boolean;
}

export interface Run {
  schedule: string;
  workflowId: string;
  /** When it was due, ms since the epoch. */
  at: number;
}

/** `later`: it is tried again; `refused`: it will not start, whatever is done. */
export type Started = { kind: "started"; executionId: string; created: boolean } | { kind: "later" | "refused"; reason: string };

export interface SchedulerPlatform {
  /** What the tenant has, if that is not what it had at this revision; null when it is. */
  read(tenant: string, revision: number): Promise<{ revision: number; definitions: Definition[] } | null>;
  /** It is known that this revision has been read. */
  synced(tenant: string, revision: number): Promise<void>;
  /** Looks up these workflows once, for all runs of them that are to start now. Starting one twice is starting it once. */
  starter(tenant: string, workflowIds: readonly string[]): Promise<(run: Run) => Promise<Started>>;
  /** Whether an execution has ended, or is not there. */
  ended(tenant: string, executionId: string): Promise<boolean>;
}
