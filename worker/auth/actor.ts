/**
 * Who acts.
 * @module
 */
import type { Grants, Masked } from "./permissions.ts";

interface Access {
  tenantId: string;
  grants: Grants;
  /** Fields this actor sees masked. */
  masked: Masked;
}

/** A person, signed in to one tenant. */
export interface UserActor extends Access {
  kind: "user";
  userId: string;
  name: string;
  /** Built-in role or the id of a custom one. */
  role: string;
  teamId: string | null;
  sessionId: string;
  /** How the session was begun. `sso`: a provider of this tenant vouches for the person, so it counts in this tenant alone. */
  method: string;
}

export interface KeyActor extends Access {
  kind: "api_key";
  keyId: string;
  name: string;
  /** The person behind the key; null for a key made by the operator. */
  createdBy: string | null;
  /** It has a list of scopes: keys made with it get no more than these. */
  scoped: boolean;
}

/** Whoever acts inside a tenant. */
export type TenantActor = UserActor | KeyActor;
export type Actor = TenantActor | { kind: "operator" };

/** As executions keep who acted: people by their id, because names change, are masked for some, and go. */
export function traceOf(actor: TenantActor): string {
  return actor.kind === "user" ? actor.userId : actor.name;
}
