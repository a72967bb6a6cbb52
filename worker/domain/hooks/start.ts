/**
 * Which workflows a call starts, and starting them.
 * @module
 */
import type { WorkflowRow } from "../../../db/credentials.ts";
import type { WebhookScheme } from "../../../sdk/schema/manifest.ts";
import { encodeJson } from "../encode.ts";
import { type Start, startExecution, type Started } from "../executions/start.ts";

export interface Heard {
  path: string;
  /** By which the call was found genuine. */
  scheme: WebhookScheme;
  events: readonly string[];
}

/** A workflow that asks for a signature is started only by calls checked by that scheme. */
export function listens(workflow: WorkflowRow, { path, scheme, events }: Heard): boolean {
  return workflow.manifest.on.some(
    (trigger) => trigger.kind === "webhook" && trigger.path === path && (trigger.scheme === "none" || trigger.scheme === scheme) && (!trigger.events || trigger.events.some((event) => events.includes(event))),
  );
}

/** Whether anything may be started by a call that nobody has signed. */
export function isOpen(workflow: WorkflowRow, path: string): boolean {
  return workflow.manifest.on.some((trigger) => trigger.kind === "webhook" && trigger.path === path && trigger.scheme === "none");
}

export interface Delivery extends Heard {
  tenant: string;
  id: string;
  payload: unknown;
  /** Without credentials. */
  headers: Record<string, string>;
  listeners: readonly WorkflowRow[];
  /** Makes these starts others than those of the call itself. */
  redrive?: string;
}

/**
 * Every execution is durable when it returns.
 * @throws PlatformError with the code an execution's object gave; `rate-limited`, `plan-limit`
 */
export async function startAll(ctx: Start["ctx"], delivery: Delivery): Promise<Started[]> {
  const { tenant, path, id, payload, headers, listeners, redrive } = delivery;
  const wanted = listeners.filter((workflow) => listens(workflow, delivery));
  if (wanted.length === 0) return [];
  const input = encodeJson(payload);
  return Promise.all(
    wanted.map((workflow) =>
      startExecution({
        ctx,
        tenant,
        workflow,
        input,
        trigger: { kind: "webhook", source: path, delivery_id: id, headers },
        key: `webhook:${path}:${id}${redrive === undefined ? "" : `:redrive:${redrive}`}`,
      }),
    ),
  );
}

export function nobodyTakes(events: readonly string[]): string {
  return `no active workflow takes ${events.length === 0 ? "it" : `the event \`${events.join(", ")}\``} here`;
}
