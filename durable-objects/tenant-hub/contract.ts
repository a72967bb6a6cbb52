/**
 * The index of one tenant's executions: registered before anything of an execution shows,
 * updated after each turn in batches, repaired by asking the execution's own object.
 * @module
 */
import type { ChainLink, ExecutionStatus, ExecutionSummary, TriggerKind } from "../../sdk/schema/execution.ts";
import type { Reply, StartRequest } from "../execution/contract.ts";
import type { Activity, ActivityBuckets } from "./activity.ts";

export interface IndexEntry {
  id: string;
  workflowId: string;
  version: number;
  status: ExecutionStatus;
  trigger: TriggerKind;
  parentId: string | null;
  createdAt: number;
  completedAt: number | null;
  errorMessage: string | null;
  /** Higher wins: the turn number the entry was made at. */
  revision: number;
  /** The whole StartRequest as JSON until the execution's object has it: the sweep starts it again. */
  start: string | null;
  /** Of one that has ended: whose it is, and what led to it, for whoever is told of the end. */
  cause?: { tenant: string; chain: readonly ChainLink[] };
}

export interface ListQuery {
  workflowId?: string;
  status?: ExecutionStatus;
  trigger?: TriggerKind;
  parentId?: string;
  /** ms since the epoch. */
  createdAfter?: number;
  createdBefore?: number;
  cursor?: string;
  limit: number;
}

/** An end that somebody wants to know of. */
export type EndedEntry = IndexEntry & { completedAt: number; cause: NonNullable<IndexEntry["cause"]> };

export interface HubObject {
  /** Durable when it returns. Batches by itself: concurrent calls share a commit. */
  put(entry: IndexEntry): Promise<void>;
  /** Newest first. Refused (`bad-request`) only for a cursor that no list gave. */
  list(query: ListQuery): Promise<Reply<{ data: ExecutionSummary[]; nextCursor: string | null }>>;
  /** What the index keeps of one execution: `start` until the execution's object has it, `queued` while it waits its turn in its workflow's flow; null for one it never heard of. */
  find(id: string): Promise<{ start: StartRequest | null; queued: boolean } | null>;
  /** Starts it again, as the repair would, when its object has not said that it has it. False for one the index never heard of. */
  restart(id: string): Promise<boolean>;
  /** Per workflow: executions by status, and when the last began. */
  counts(): Promise<Array<{ workflow_id: string; status: ExecutionStatus; count: number; last_at: string }>>;
  /** What began and ended in each period, by workflow, executions that are forgotten among it. */
  activity(buckets: ActivityBuckets): Promise<Activity[]>;
  /** From now on ends of these kinds (`execution.completed`, …) become events; those of `execution.failed` always do. */
  listen(types: string[]): Promise<void>;
  /** Executions that ended before then, the oldest first. */
  endedBefore(before: number, limit: number): Promise<string[]>;
  /** Takes executions off the index, once their objects have forgotten them. */
  forget(ids: string[]): Promise<void>;
  /** Empties the whole index: the tenant is gone. */
  erase(): Promise<void>;
}
