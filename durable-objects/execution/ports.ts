/**
 * What the execution object needs of the rest of the platform; wired in worker/index.ts.
 * @module
 */
import type { HostPort, TurnInput, TurnResult } from "../../sdk/schema/journal.ts";
import type { IndexEntry } from "../tenant-hub/contract.ts";
import type { ExecutionObject, StartRequest } from "./contract.ts";

export interface Platform {
  /** Runs one turn in the tenant's sandbox. Throws when the isolate or its code is gone. */
  runTurn(tenant: string, bundle: string, input: TurnInput, host: HostPort): Promise<TurnResult>;
  /** The active version of a workflow of the tenant as a child's start; null when there is none. */
  childStart(tenant: string, workflowId: string, child: { parentId: string; stepKey: string; key: string; input: string }): Promise<StartRequest | null>;
  /** A child has begun: it counts like any other execution, and is never refused. */
  childStarted(tenant: string): void;
  /** What an execution sees of its tenant's variables, and its tag for secrets: a VariablesSnapshot as JSON. */
  variables(tenant: string, workflowId: string, executionId: string): Promise<string>;
  execution(tenant: string, id: string): ExecutionObject;
  /** Durable in the tenant's index when it resolves. */
  register(tenant: string, entry: IndexEntry): Promise<void>;
  /** Large values, as objects of their own. */
  putBlob(key: string, bytes: Uint8Array): Promise<void>;
  getBlob(key: string): Promise<Uint8Array>;
}
