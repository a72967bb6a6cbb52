/**
 * What can be allowed. Names are `<resource>.<action>`; every route names one, and roles and
 * API keys are lists of them.
 * @module
 */
export const permissions = {
  "deployments.read": "See deployments and their sources",
  "deployments.write": "Deploy code, activate an earlier version",
  "workflows.read": "See workflows, their executions and logs",
  "workflows.write": "Change workflows; pause, resume, cancel and retry executions",
  "workflows.execute": "Start executions and send them events",
  "workflows.approve": "Decide approvals",
  "hooks.read": "See webhooks and their deliveries",
  "hooks.write": "Set up webhooks and their secrets",
  "variables.read": "See variables; of secrets only that they exist",
  "variables.write": "Set variables and secrets",
  "users.read": "See people, teams and invitations",
  "users.write": "Invite people, change their roles, disable them",
  "roles.read": "See roles",
  "roles.write": "Make and change roles",
  "api_keys.read": "See API keys",
  "api_keys.write": "Make and revoke API keys",
  "sso.read": "See sign-in providers",
  "sso.write": "Set up sign-in providers",
  "tenant.read": "See the tenant's settings, plan and usage",
  "tenant.write": "Change the tenant's settings",
  "audit.read": "See and export the audit log",
  "privacy.write": "Export and erase personal data, export and erase the tenant",
} as const satisfies Record<string, string>;

export type Permission = keyof typeof permissions;

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(permissions, text);
}

/** Over whose records: everyone's, those of the actor's team, or the actor's own. */
export type Scope = "all" | "team" | "own";
export type Grants = Readonly<Partial<Record<Permission, Scope>>>;
/** Entity → fields shown masked. */
export type Masked = Readonly<Record<string, readonly string[]>>;
