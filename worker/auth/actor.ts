/**
 * Who acts, and what they may do.
 * @module
 */
import { PlatformError } from "../../sdk/schema/problem.ts";

export interface KeyActor {
  kind: "api_key";
  tenantId: string;
  keyId: string;
  name: string;
}
export type Actor = KeyActor | { kind: "operator" };

/** What a route asks for. Names are `<thing>.<verb>`; `operator` is for the operator alone. */
export type Permission =
  | "deployments.read"
  | "deployments.write"
  | "workflows.read"
  | "workflows.write"
  | "workflows.execute"
  | "workflows.approve"
  | "hooks.read"
  | "hooks.write"
  | "api_keys.read"
  | "api_keys.write"
  | "operator";

/**
 * A key may do everything in its own tenant; the operator may do only what is the operator's.
 * @throws PlatformError `forbidden`
 */
export function requirePermission(actor: Actor, permission: Permission): void {
  if ((actor.kind === "operator") === (permission === "operator")) return;
  throw new PlatformError("forbidden", actor.kind === "operator" ? "The operator key opens /api/v1/operator only; use a tenant's API key here." : "This needs the operator key.");
}
