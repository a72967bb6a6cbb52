/**
 * What a flow needs of the rest of the platform; wired in worker/index.ts.
 * @module
 */
import type { ExecutionStatus } from "../../sdk/schema/execution.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { Outline, Reply, StartRequest } from "../execution/contract.ts";

export interface FlowPlatform {
  /** What the workflow asks for now; empty when it asks for nothing any more. */
  read(tenant: string, workflowId: string): Promise<FlowManifest>;
  /** Durable when it returns; starting twice is starting once. */
  start(request: StartRequest): Promise<Reply<Outline>>;
  /** Ends an execution, or makes it one that ended before it began. */
  end(request: StartRequest, reason: string): Promise<void>;
  /** Null for one that has not begun. */
  status(tenant: string, id: string): Promise<ExecutionStatus | null>;
  /** Durable in the tenant's index when it resolves. */
  register(request: StartRequest): Promise<void>;
}
