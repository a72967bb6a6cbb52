/**
 * What may be asked of a tenant's scheduler: it starts workflows when their time has come.
 * @module
 */
import type { BackfillView } from "../../sdk/schema/schedule.ts";
import type { Reply } from "../execution/contract.ts";

/** How a schedule stands. Times are ms since the epoch. */
export interface ScheduleState {
  id: string;
  nextAt: number | null;
  lastAt: number | null;
  lastExecution: string | null;
  runs: number;
  missed: number;
  skipped: number;
  waiting: number;
  error: string | null;
}

export interface BackfillRequest {
  schedule: string;
  /** ms since the epoch, both included. */
  from: number;
  to: number;
}

export interface SchedulerObject {
  /** The tenant's workflows or their schedules may have changed: reads them anew if so, and sets an alarm that was lost. */
  sync(tenant: string): Promise<void>;
  /** Those of these schedules that it knows. */
  look(ids: string[]): Promise<ScheduleState[]>;
  /** Runs every time of a range that has not run. The same range again is the same backfill. */
  backfill(tenant: string, request: BackfillRequest): Promise<Reply<BackfillView>>;
  /** The latest first. */
  backfills(schedule: string): Promise<BackfillView[]>;
  /** Somebody has started it by hand. */
  ran(schedule: string, executionId: string, at: number): Promise<void>;
  /** Forgets everything: the tenant is gone. */
  erase(): Promise<void>;
}
