/**
 * An import as the chunks of it see it: what it is about, in whose name it writes, what its
 * columns become.
 * @module
 */
import { eq } from "drizzle-orm";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import type { ColumnMapping, imports } from "../../../db/schema/imports.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { roles } from "../../../db/schema/roles.ts";
import { tenantDb, type TenantDb } from "../../../db/tenant-db.ts";
import { findTenant } from "../../../db/tenants.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import type { TenantActor } from "../../auth/actor.ts";
import { roleOf } from "../../auth/authenticate.ts";
import { builtInRoles } from "../../auth/roles.ts";
import type { Env } from "../../env.ts";
import type { RecordContext } from "../records/context.ts";
import { type CustomField, customFieldsOf } from "../records/custom.ts";
import { settingsOf } from "../tenants/settings.ts";
import { keptAs } from "./encoding.ts";
import type { Format, Source } from "./reader.ts";
import { type Target, targetsOf } from "./targets.ts";

export type ImportRow = typeof imports.$inferSelect;

export interface Job {
  ctx: RecordContext;
  of: AnyEntity;
  custom: readonly CustomField[];
  targets: ReadonlyMap<string, Target>;
  /** The columns that become something. */
  mapping: readonly (ColumnMapping & { target: Target; title: string })[];
  columns: readonly string[];
  dedupe: ImportRow["dedupe"];
  tag: string | null;
  timezone: string;
}

export function entityOf({ kind }: Pick<ImportRow, "kind">): AnyEntity {
  const of = entityOfKind.get(kind);
  if (!of) throw new Error(`there is no kind of record ${kind}`);
  return of;
}

export async function jobOf(ctx: RecordContext, row: ImportRow): Promise<Job> {
  const of = entityOf(row);
  const [custom, tenant] = await Promise.all([customFieldsOf(ctx.db, of), findTenant(ctx.env.DB, ctx.tenant)]);
  const targets = targetsOf(of, custom);
  const mapping = row.mapping.flatMap((one) => {
    const target = one.field === null ? undefined : targets.get(one.field);
    return target ? [{ ...one, target, title: row.columns[one.column] ?? `column ${one.column + 1}` }] : [];
  });
  return { ctx, of, custom, targets, mapping, columns: row.columns, dedupe: row.dedupe, tag: row.tag, timezone: tenant ? settingsOf(tenant).timezone : "UTC" };
}

export const formatOf = ({ encoding, delimiter, newline }: Pick<ImportRow, "encoding" | "delimiter" | "newline">): Format => ({ encoding: keptAs(encoding), delimiter, newline: newline === "\r" ? "\r" : "\n" });

/** The file, by pieces. @throws Error when it has gone */
export function fileOf({ BLOBS }: Pick<Env, "BLOBS">, { file_key }: Pick<ImportRow, "file_key">): Source {
  return async (offset, length) => {
    const stored = file_key === null ? null : await BLOBS.get(file_key, { range: { offset, length } });
    if (!stored) throw new Error(`the file ${file_key} of the import is gone`);
    return new Uint8Array(await stored.arrayBuffer());
  };
}

/** As `authenticate` would know them now; null for who may nothing here any more. */
async function actorOf(db: TenantDb, kind: "user" | "api_key", id: string, now: number): Promise<TenantActor | null> {
  const [key] = kind === "api_key" ? await db.select(apiKeys, { where: eq(apiKeys.id, id), limit: 1 }) : [];
  if (kind === "api_key" && (!key || key.revoked_at !== null || (key.expires_at !== null && key.expires_at <= now))) return null;
  const userId = key ? key.created_by : id;
  const member = userId === null ? null : await db.first(memberships, eq(memberships.user_id, userId));
  if (userId !== null && member?.status !== "active") return null;
  const own = member ? await db.first(roles, eq(roles.id, member.role)) : null;
  const role = member ? roleOf({ role: member.role, grants: own?.grants ?? null, masked: own?.masked ?? null }) : builtInRoles.admin;
  if (!key) return { kind: "user", tenantId: db.tenant, userId: id, name: "", role: member?.role ?? "", teamId: member?.team_id ?? null, sessionId: "", method: "import", ...role };
  const grants = Object.fromEntries(Object.entries(role.grants).filter(([name, scope]) => scope === "all" && (key.scopes?.includes(name) ?? true)));
  return { kind: "api_key", tenantId: db.tenant, keyId: id, name: key.name, createdBy: key.created_by, scoped: key.scopes !== null, grants, masked: role.masked };
}

interface Working {
  env: Env;
  now: number;
  waitUntil(work: Promise<unknown>): void;
}

/** In the name of who started it, with what they may by now; null when that is nothing. */
export async function contextOf({ env, now, waitUntil }: Working, tenant: string, { id, started_by_kind, started_by_id, fire_events }: ImportRow): Promise<RecordContext | null> {
  if (started_by_kind === null || started_by_id === null) return null;
  const db = tenantDb(env.DB, tenant);
  const access = await actorOf(db, started_by_kind, started_by_id, now);
  if (!access) return null;
  const actor = access.kind === "user" ? ({ kind: "user", userId: access.userId } as const) : ({ kind: "api_key", keyId: access.keyId } as const);
  return { env, db, tenant, now, actor, access, chain: [], requestId: id, caller: { ip: null }, silent: !fire_events, waitUntil };
}
