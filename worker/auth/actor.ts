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
}

export interface KeyActor extends Access {
  kind: "api_key";
  keyId: string;
  name: string;
}

/** Whoever acts inside a tenant. */
export type TenantActor = UserActor | KeyActor;
export type Actor = TenantActor | { kind: "operator" };
