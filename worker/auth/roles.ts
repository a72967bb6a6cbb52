/**
 * The four roles that every tenant has. Tenants add their own (db/schema/roles.ts).
 * @module
 */
import { type Grants, type Masked, type Permission, permissionNames, recordPermissionsTo } from "./permissions.ts";

export interface Role {
  grants: Grants;
  masked: Masked;
}

const over = (names: readonly Permission[]): Grants => Object.fromEntries(names.map((name) => [name, "all"]));

const reading: Permission[] = ["deployments.read", "workflows.read", "users.read", "roles.read", "tenant.read", "events.read", "notifications.read", "reports.read", ...recordPermissionsTo("read")];
/** What belongs to all, such as the pipelines, is for who manages. */
const writing: Permission[] = ["leads.write", "contacts.write", "companies.write", "deals.write", "tickets.write", "tasks.write", "notes.write", "notes.delete", "views.write", "views.delete"];
const working: Permission[] = [...reading, "workflows.execute", "workflows.approve", "hooks.read", "webhooks.read", "emails.read", "emails.write", "events.write", "variables.read", "imports.read", "actions.execute", ...writing];
const managing: Permission[] = [...working, "workflows.write", "deployments.write", "hooks.write", "webhooks.write", "variables.write", "users.write", "audit.read", "imports.write", ...recordPermissionsTo("write"), ...recordPermissionsTo("delete")];

/** Fields that people see only when they work with them. */
const sensitive: Masked = { users: ["email"], contacts: ["tax_id", "address"], companies: ["tax_id", "address"] };

export const builtInRoles = {
  admin: { grants: over(permissionNames), masked: {} },
  manager: { grants: over(managing), masked: {} },
  // What they own they may also delete.
  member: { grants: { ...over(working), "leads.delete": "own", "contacts.delete": "own", "companies.delete": "own", "deals.delete": "own", "tasks.delete": "own" }, masked: {} },
  viewer: { grants: over(reading), masked: sensitive },
} as const satisfies Record<string, Role>;

/** As people read them. */
export const builtInDescriptions: Record<BuiltInRole, string> = {
  admin: "Everything",
  manager: "Builds and runs workflows, invites people",
  member: "Runs workflows, decides approvals",
  viewer: "Looks on; sees addresses of people masked",
};

export type BuiltInRole = keyof typeof builtInRoles;

export function isBuiltInRole(name: string): name is BuiltInRole {
  return Object.hasOwn(builtInRoles, name);
}
