/**
 * What can be allowed. Names are `<resource>.<action>`; every route names one, and roles and
 * API keys are lists of them.
 * @module
 */
import { allEntities, type EntityKind, type EntityOf } from "../../sdk/schema/crm/index.ts";

/** What else of the CRM has such permissions. */
const alsoNames = { custom_fields: "the tenant's own fields", views: "saved views" } as const;

/** In words; entities that go by another's name (`permission` in sdk/schema/crm) are named along with it. */
function recordNames(): Record<RecordName, string> {
  const byName = Map.groupBy(allEntities, ({ permission }) => permission);
  const words = Array.from(byName, ([name, of]) => [name, of.map(({ path }) => path).join(" and ")]);
  return { ...(Object.fromEntries(words) as Record<RecordName, string>), ...alsoNames };
}

type RecordName = EntityOf<EntityKind>["permission"] | keyof typeof alsoNames;
type RecordPermission = `${RecordName}.${"read" | "write" | "delete"}`;

const recordPermissions = Object.fromEntries(Object.entries(recordNames()).flatMap(([name, what]) => [[`${name}.read`, `See ${what}`], [`${name}.write`, `Make and change ${what}`], [`${name}.delete`, `Delete and restore ${what}`]])) as Record<RecordPermission, string>;

export const permissions = {
  "deployments.read": "See deployments and their sources",
  "deployments.write": "Deploy code, activate an earlier version",
  "workflows.read": "See workflows, their executions and logs",
  "workflows.write": "Write and check drafts of workflows, switch workflows on and off",
  "workflows.execute": "Start executions, send them events, pause, resume, cancel and retry them",
  "workflows.approve": "Decide approvals",
  "hooks.read": "See webhooks and their deliveries",
  "hooks.write": "Set up webhooks and their secrets",
  "events.read": "See events and what came of them",
  "events.write": "Publish events, dispatch them again",
  "webhooks.read": "See outbound webhooks and their deliveries",
  "webhooks.write": "Set up outbound webhooks, deliver again",
  "emails.read": "See mails and their templates",
  "emails.write": "Send mails, change templates",
  "notifications.read": "Get notifications, and say which",
  ...recordPermissions,
  "imports.read": "See imports and exports of records",
  "imports.write": "Import records, undo imports, export lists",
  "reports.read": "See reports",
  "actions.execute": "Have an action of the library carried out by hand",
  "variables.read": "See variables; of secrets only that they exist",
  "variables.write": "Set variables and secrets",
  "users.read": "See people, teams and invitations",
  "users.write": "Invite people, change their roles, disable and remove them; make teams",
  "roles.read": "See roles",
  "roles.write": "Make and change roles",
  "api_keys.read": "See API keys",
  "api_keys.write": "Make and revoke API keys",
  "sso.read": "See sign-in providers",
  "sso.write": "Set up sign-in providers",
  "tenant.read": "See the tenant's settings, plan and usage",
  "tenant.write": "Change the tenant's settings",
  "audit.read": "See and export the audit log",
  "privacy.read": "See receipts of exports and erasures, fetch the files of exports",
  "privacy.write": "Export and erase personal data, export and erase the tenant",
} as const satisfies Record<string, string>;

export type Permission = keyof typeof permissions;

export const permissionNames = Object.keys(permissions) as Permission[];

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(permissions, text);
}

/** Over whose records: everyone's, those of the actor's team, or the actor's own. */
export type Scope = "all" | "team" | "own";
export const scopes = ["own", "team", "all"] as const satisfies readonly Scope[];

/** Permissions over records that have an owner or a team. The others are had whole or not at all. */
const owned = allEntities.filter(({ owner }) => owner !== null).map(({ permission }) => permission as RecordName);
const overRecords: ReadonlySet<Permission> = new Set<Permission>(["users.read", "users.write", ...owned.flatMap((name) => [`${name}.read`, `${name}.write`, `${name}.delete`] as const)]);

/** Every `read`, `write` or `delete` of the CRM. */
export const recordPermissionsTo = (verb: "read" | "write" | "delete"): Permission[] => (Object.keys(recordNames()) as RecordName[]).map((name) => `${name}.${verb}` as const);

export function isOverRecords(permission: Permission): boolean {
  return overRecords.has(permission);
}

export type Grants = Readonly<Partial<Record<Permission, Scope>>>;
/** Entity → fields shown masked. */
export type Masked = Readonly<Record<string, readonly string[]>>;
