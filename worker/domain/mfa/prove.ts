/**
 * Showing a second factor: a code of the authenticator app, or a recovery code. Guesses count
 * against the account, whatever they are made for.
 * @module
 */
import { sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { batchIf, type Statement } from "../../../db/batch.ts";
import { type Use, useRecoveryCode, useStep } from "../../../db/second-factors.ts";
import type { UserRow } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import { hashRecoveryCode } from "../../auth/recovery-codes.ts";
import { open } from "../../auth/seal.ts";
import { totpStep } from "../../auth/totp.ts";
import type { BaseContext } from "../context.ts";

const code = z.string().max(20).describe("The six digits that the authenticator app shows");
export const codeBody = z.strictObject({ code });

/** Fields of a body that takes either. */
export const eitherCode = {
  code: code.optional(),
  recovery_code: z.string().max(40).optional().describe("One of the recovery codes, instead of `code`"),
};
export const oneOfBoth = (body: { code?: string | undefined; recovery_code?: string | undefined }) => (body.code === undefined) !== (body.recovery_code === undefined);
export const oneOfBothText = "send either `code` or `recovery_code`";

export type Proof = z.infer<z.ZodObject<typeof eitherCode>>;

/** What the secret of a person is sealed for. */
export const sealedFor = (userId: string): string[] => ["mfa", userId];

/** One answer for every code that does not count: wrong, used already, of another time. */
export const wrongCode = () => new PlatformError("invalid-credentials", "The code does not fit: it is wrong, too old, or was used already.");

/**
 * Checks the code and does `statements` in the transaction that uses it up.
 * @param provided what else has to hold when it begins
 * @throws PlatformError `invalid-credentials`, `too-many-attempts`
 */
export async function withProof(base: BaseContext, user: UserRow, proof: Proof, statements: readonly Statement[], provided: SQL = sql`true`): Promise<void> {
  const attempt = await admitAttempt(base, `mfa:${user.id}`);
  const use = await useOf(base, user, proof);
  if (!use || !(await batchIf(base.env.DB, sql`${use.condition} and ${provided}`, [use.statement, ...statements]))) throw wrongCode();
  await attempt.succeeded();
}

async function useOf({ env, now }: BaseContext, user: UserRow, proof: Proof): Promise<Use | null> {
  if (proof.recovery_code !== undefined) return useRecoveryCode(env.DB, { userId: user.id, hash: await hashRecoveryCode(proof.recovery_code), now });
  if (proof.code === undefined || user.mfa_secret === null) return null;
  const secret = await open(env, user.mfa_secret, sealedFor(user.id));
  const step = totpStep(secret, proof.code, now);
  return step === null ? null : useStep(env.DB, { userId: user.id, sealed: user.mfa_secret, step });
}
