import { newId } from "../../../db/ids.ts";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { apiKeyPrefix, hashApiKey } from "../../auth/api-key.ts";
import type { Permission } from "../../auth/permissions.ts";
import { audited, type AuditContext } from "../audit/record.ts";
import type { ApiKeyRow } from "./view.ts";

export interface NewKey {
  key: string;
  name: string;
  /** Null: whatever its maker may. */
  scopes: Permission[] | null;
  createdBy: string | null;
  expiresAt: number | null;
}

/** A key's row, and the statements that store it and tell of it. */
export async function makeApiKey(ctx: AuditContext, { key, name, scopes, createdBy, expiresAt }: NewKey): Promise<{ row: ApiKeyRow; statements: Statement[] }> {
  const row = {
    id: newId(ctx.now),
    name,
    prefix: apiKeyPrefix(key),
    hash: await hashApiKey(key),
    scopes,
    created_by: createdBy,
    expires_at: expiresAt,
    created_at: ctx.now,
    revoked_at: null,
    last_used_at: null,
  };
  const told = { name, prefix: row.prefix, scopes, created_by: createdBy, expires_at: expiresAt };
  return { row: { ...row, tenant_id: ctx.db.tenant }, statements: [ctx.db.insert(apiKeys, row), audited(ctx, { action: "api_key.create", entityId: row.id, after: told })] };
}
