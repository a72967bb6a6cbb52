/**
 * A new master key, after the fact: what was sealed under the previous one is opened and
 * sealed under the current one, a part at each cron, until nothing is left. Then
 * MASTER_KEY_PREVIOUS can go (docs/secrets.md).
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { hooks } from "../../../db/schema/hooks.ts";
import { signingKeys } from "../../../db/schema/signing-keys.ts";
import { ssoProviders } from "../../../db/schema/sso.ts";
import { users } from "../../../db/schema/users.ts";
import { webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { dataKeys } from "../../../db/schema/variables.ts";
import { listSealed, replaceSealed, type SealedColumn } from "../../../db/sealed-values.ts";
import { dataKeySealedFor } from "../../auth/data-keys.ts";
import { currentPrefix, open, seal } from "../../auth/seal.ts";
import { signingKeySealedFor } from "../../auth/signing-keys.ts";
import type { Env } from "../../env.ts";
import { hookSealedFor } from "../hooks/secret.ts";
import { sealedFor as mfaSealedFor } from "../mfa/prove.ts";
import { sealedFor as providerSealedFor } from "../sso/client.ts";
import { webhookSealedFor } from "../webhooks/sign.ts";

/** Every column that is sealed under the master key, with what its texts are sealed for. */
const columns: readonly (SealedColumn & { name: string; sealedFor(key: [string, string]): string[] })[] = [
  { name: "data keys", table: dataKeys, sealed: dataKeys.sealed, key: [dataKeys.tenant_id, dataKeys.id], sealedFor: ([tenant, id]) => dataKeySealedFor(tenant, id) },
  { name: "hooks", table: hooks, sealed: hooks.secret_encrypted, key: [hooks.tenant_id, hooks.path], sealedFor: ([tenant, path]) => hookSealedFor(tenant, path) },
  { name: "hooks' previous secrets", table: hooks, sealed: hooks.previous_encrypted, key: [hooks.tenant_id, hooks.path], sealedFor: ([tenant, path]) => hookSealedFor(tenant, path) },
  { name: "webhooks", table: webhookSubscriptions, sealed: webhookSubscriptions.secret_encrypted, key: [webhookSubscriptions.tenant_id, webhookSubscriptions.id], sealedFor: ([tenant, id]) => webhookSealedFor(tenant, id) },
  { name: "webhooks' previous secrets", table: webhookSubscriptions, sealed: webhookSubscriptions.previous_encrypted, key: [webhookSubscriptions.tenant_id, webhookSubscriptions.id], sealedFor: ([tenant, id]) => webhookSealedFor(tenant, id) },
  { name: "signing keys", table: signingKeys, sealed: signingKeys.private_jwk, key: [signingKeys.id, signingKeys.id], sealedFor: ([kid]) => signingKeySealedFor(kid) },
  { name: "second factors", table: users, sealed: users.mfa_secret, key: [users.id, users.id], sealedFor: ([user]) => mfaSealedFor(user) },
  { name: "sign-in providers", table: ssoProviders, sealed: ssoProviders.client_secret, key: [ssoProviders.tenant_id, ssoProviders.id], sealedFor: ([tenant_id, id]) => providerSealedFor({ tenant_id, id }) },
];

/** Rows of each column at a time. */
const perRound = 100;

/** @returns how many were sealed anew; 0 when nothing is left to do, or there is no previous key */
export async function resealUnderCurrentKey(env: Env): Promise<number> {
  if (!env.MASTER_KEY_PREVIOUS) return 0;
  const prefix = await currentPrefix(env);
  let done = 0;
  for (const column of columns) {
    const rows = await listSealed(env.DB, column, prefix, perRound);
    for (const row of rows) {
      try {
        const belongsTo = column.sealedFor(row.key);
        await replaceSealed(env.DB, column, row, await seal(env, await open(env, row.sealed, belongsTo), belongsTo));
        done++;
      } catch (error) {
        // One that opens under neither key must not keep the others from theirs.
        console.error(JSON.stringify({ level: "error", event: "reseal-failed", column: column.name, row: row.key, message: errorMessage(error) }));
      }
    }
  }
  if (done > 0) console.info(JSON.stringify({ level: "info", event: "resealed", count: done }));
  return done;
}
