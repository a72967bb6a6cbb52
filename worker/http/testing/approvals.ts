/**
 * Requests for approval in tests of the interface: announced as an execution's object would.
 * @module
 */
import type { ApprovalRequest } from "../../../sdk/schema/approval.ts";
import { announceApprovals, withdrawApprovals } from "../../domain/approvals/announce.ts";
import { env, type Tenant } from "./harness.ts";

export interface Wanted extends Partial<ApprovalRequest> {
  step?: string;
  /** When the step began to wait, ms. */
  startedAt?: number;
  due?: number | null;
  execution?: string;
}

const day = 86_400_000;

/** An execution that waits for an approval. */
export async function pendingApproval(tenant: Tenant, { step = "sign-off-1", startedAt = Date.now(), due = startedAt + 7 * day, execution, ...request }: Wanted = {}): Promise<{ id: string; execution: string; withdraw(now?: number): Promise<void>; announce(): Promise<void> }> {
  const executionId = execution ?? (await execute(tenant));
  const cause = { tenant: tenant.id, executionId, workflowId: "hello", chain: [] };
  const announce = () => announceApprovals(env, cause, [{ key: step, kind: "approval", startedAt, due, detail: { approval: { title: "Sign off?", ...request } } }], startedAt);
  await announce();
  const row = await env.DB.prepare("select id from approvals where execution_id = ? and step_key = ? order by id desc").bind(executionId, step).first<{ id: string }>();
  return { id: row?.id ?? "", execution: executionId, withdraw: (now) => withdrawApprovals(env, cause, [step], now), announce };
}

async function execute(tenant: Tenant): Promise<string> {
  await tenant.deploy({});
  const { status, body } = await tenant.call("POST", "/workflows/hello/execute", {});
  if (status !== 202) throw new Error(`not started: ${JSON.stringify(body)}`);
  return String(body["execution_id"]);
}

/** What the execution was told, decoded by whoever looks. */
export const outcomesTold = (told: unknown[][]): string[] => told.flatMap(([verb, , outcome]) => (verb === "decide" ? [String(outcome)] : []));
