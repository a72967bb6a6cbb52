/**
 * What the execution object needs of the rest of the platform; wired in worker/index.ts.
 * @module
 */
import type { ActReply, HostPort, StepDetail, StepRow, TurnInput, TurnResult } from "../../sdk/schema/journal.ts";
import type { ChainLink } from "../../sdk/schema/execution.ts";
import type { AlarmStorage } from "../lib/alarm-clock.ts";
import type { RealtimeMessage } from "../realtime/contract.ts";
import type { IndexEntry } from "../tenant-hub/contract.ts";
import type { ExecutionObject, Outline, Reply, StartRequest } from "./contract.ts";
import type { Execution } from "./state.ts";

/** Whose doing something is. */
export interface Cause {
  tenant: string;
  executionId: string;
  workflowId: string;
  /** What led to this execution, the first first. */
  chain: readonly ChainLink[];
  /** The trace it is part of, when that began elsewhere. */
  traceparent?: string;
}

export function causeOf({ request }: Execution): Cause {
  return { tenant: request.tenant, executionId: request.id, workflowId: request.workflowId, chain: request.trigger.chain ?? [], ...(request.trigger.traceparent === undefined ? {} : { traceparent: request.trigger.traceparent }) };
}

/** A step that waits for something outside of its execution: an approval, an event of the tenant. */
export interface OutsideStep {
  key: string;
  kind: "approval" | "event";
  /** ms since the epoch. */
  startedAt: number;
  /** When it waits no longer; null: for ever. */
  due: number | null;
  detail: StepDetail;
}

/** What of the object's storage is used. */
export interface Storage extends AlarmStorage {
  sql: SqlStorage;
  transactionSync<T>(closure: () => T): T;
}

/** Who counts and shows what executions do. Each call returns at once; none fails an execution. */
export interface Observer {
  /** To whoever looks on. */
  publish(tenant: string, messages: readonly RealtimeMessage[]): Promise<unknown>;
  /** These steps have changed. */
  progressed(rows: readonly StepRow[]): void;
  /** It has ended; may be repeated. @param rows of its last run's journal, the replaced ones among them */
  ended(execution: Execution, rows: () => StepRow[]): void;
}

export interface Platform {
  /** Left out where nobody looks. */
  observer?: Observer;
  /** Runs one turn in the tenant's sandbox. Throws when the isolate or its code is gone. */
  runTurn(tenant: string, bundle: string, input: TurnInput, host: HostPort): Promise<TurnResult>;
  /** The active version of a workflow of the tenant as a child's start; null when there is none. */
  childStart(parent: Cause, workflowId: string, child: { stepKey: string; key: string; input: string }): Promise<StartRequest | null>;
  /** Begins a child, or lets it wait its turn. Starting twice is starting once. */
  begin(request: StartRequest): Promise<Reply<Outline>>;
  /** Ends an execution, also one that waits its turn. */
  cancel(tenant: string, id: string, options: { rollback: boolean; reason: string }): Promise<Reply<Outline>>;
  /** One that went through its workflow's flow control has ended. */
  released(tenant: string, workflowId: string, id: string): Promise<void>;
  /** A child has begun: it counts like any other execution, and is never refused. */
  childStarted(tenant: string): void;
  /** What an execution sees of its tenant's variables, and its tag for secrets: a VariablesSnapshot as JSON. */
  variables(tenant: string, workflowId: string, executionId: string): Promise<string>;
  /** Does something on the tenant's data, exactly once for a key. Refusals come as values. */
  act(cause: Cause, act: { action: string; params: string; key: string }): Promise<ActReply>;
  /** Those concerned know of these steps when it resolves. May be repeated. */
  announce(cause: Cause, steps: readonly OutsideStep[]): Promise<void>;
  /** These steps wait no longer: whatever was announced of them is over. May be repeated. */
  withdraw(cause: Cause, steps: readonly string[]): Promise<void>;
  execution(tenant: string, id: string): ExecutionObject;
  /** Durable in the tenant's index when it resolves. */
  register(tenant: string, entry: IndexEntry): Promise<void>;
  /** Large values, as objects of their own. */
  putBlob(key: string, bytes: Uint8Array): Promise<void>;
  getBlob(key: string): Promise<Uint8Array>;
}
