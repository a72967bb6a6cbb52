import { and, asc, eq, gt } from "drizzle-orm";
import { z } from "zod";
import { variables } from "../../../db/schema/variables.ts";
import { type DataKey, replaceDataKey, type Vault } from "../../auth/data-keys.ts";
import { openSecret, sealSecret } from "../../auth/vault.ts";
import { emailAccounts } from "../../../db/schema/mails.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { sealedAs } from "../emails/account-carrier.ts";
import { newRecordJob } from "../record-jobs/new.ts";
import { runRecordJob } from "../record-jobs/run.ts";

export const rotatedView = z.object({ data_key_id: z.string(), secrets: z.number().int().describe("How many were sealed anew; sensitive fields of records follow by themselves") });

/** Secrets of one transaction. */
const batchSize = 50;

/**
 * Makes a new data key and seals the tenant's secrets under it. Cut off midway, the rest stay
 * under the old key, which still opens them; calling again goes on with all of them. Sensitive
 * fields of records, of which there may be any number, follow in chunks behind the answer.
 */
export async function rotateKey({ ctx }: { ctx: TenantContext }): Promise<z.infer<typeof rotatedView>> {
  const { db, env, now } = ctx;
  const vault = { db, env };
  const { next, statements } = await replaceDataKey(vault, now);
  const job = newRecordJob(ctx, next.id, { do: "reseal", dataKey: next.id });
  await db.batch([...statements, job.statement, audited(ctx, { action: "variable.rotate_key", entityId: next.id, after: { data_key_id: next.id } })]);
  let secrets = 0;
  for (let after = ""; ; ) {
    const rows = await db.select(variables, { where: and(eq(variables.type, "secret"), gt(variables.id, after)), orderBy: asc(variables.id), limit: batchSize });
    const last = rows.at(-1);
    if (!last) {
      const account = await resealAccount(vault, next);
      ctx.waitUntil(runRecordJob(env, job.id, now));
      return { data_key_id: next.id, secrets: secrets + account };
    }
    after = last.id;
    const sealed = await Promise.all(rows.map(async ({ id, sealed }) => (sealed === null ? [] : [{ id, old: sealed, sealed: await sealSecret(vault, next, id, await openSecret(vault, id, sealed)) }])));
    // Only what is as it was read: a value that was set meanwhile stands.
    await db.batch(sealed.flat().map(({ id, old, sealed }) => db.update(variables, { sealed }, and(eq(variables.id, id), eq(variables.sealed, old)))));
    secrets += rows.length;
  }
}

/** The password of the tenant's email account. */
async function resealAccount(vault: Vault, next: DataKey): Promise<number> {
  const row = await vault.db.first(emailAccounts, undefined);
  if (!row?.password_sealed) return 0;
  const sealed = await sealSecret(vault, next, sealedAs, await openSecret(vault, sealedAs, row.password_sealed));
  await vault.db.batch([vault.db.update(emailAccounts, { password_sealed: sealed }, eq(emailAccounts.password_sealed, row.password_sealed))]);
  return 1;
}
