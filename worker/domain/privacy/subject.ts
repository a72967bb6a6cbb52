/**
 * The person an export or an erasure is about.
 * @module
 */
import { z } from "zod";
import { isKnownIn, isMemberElsewhere } from "../../../db/personal-data.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { findUser, findUserByEmail, normaliseEmail } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { toHex, utf8 } from "../../auth/bytes.ts";
import { referenceKey } from "../../auth/data-keys.ts";
import type { Env } from "../../env.ts";

export interface Subject {
  email: string;
  /** Their account, when this tenant knows it. */
  userId: string | null;
  /** The account is a member of no other tenant: it goes with this one. */
  onlyHere: boolean;
  /** Names and telephone numbers as they stand in texts. */
  also: string[];
}

/** Where to look. */
export interface Where {
  d1: D1Database;
  db: TenantDb;
  now: number;
}

/** Shorter ones stand everywhere. */
const text = z.string().trim().min(3).max(200);

export const subjectFields = {
  email: z.email().max(254).optional(),
  user_id: z.string().max(64).optional(),
  names: z.array(text).max(10).default([]).describe("As they stand in texts; looked for besides the address, where they stand alone"),
  phones: z.array(text).max(10).default([]).describe("The same"),
} as const;

/** Both or neither say nobody. */
export const saysWho = ({ email, user_id }: { email?: string | undefined; user_id?: string | undefined }): boolean => (email === undefined) !== (user_id === undefined);
export const whoIsMissing = "give either `email` or `user_id`";

export const textsOf = ({ email, also }: Subject): string[] => [email, ...also];

/**
 * By address anybody may be meant, with an account or without; by id only somebody this tenant knows.
 * @throws PlatformError `not-found`
 */
export async function findSubject({ env, db }: { env: Env; db: TenantDb }, input: z.output<z.ZodObject<typeof subjectFields>>): Promise<Subject> {
  const account = input.user_id === undefined ? await findUserByEmail(env.DB, normaliseEmail(input.email ?? "")) : await findUser(env.DB, input.user_id);
  const known = account !== null && (await isKnownIn(env.DB, account.id, db.tenant));
  if (input.user_id !== undefined && !known) throw new PlatformError("not-found", `There is no user ${input.user_id}.`);
  return {
    email: input.user_id !== undefined && account ? account.email : normaliseEmail(input.email ?? ""),
    userId: known ? account.id : null,
    onlyHere: known && !(await isMemberElsewhere(env.DB, account.id, db.tenant)),
    also: [...input.names, ...input.phones],
  };
}

/** The same address gives the same hash in one tenant, and tells nobody else anything. */
export async function subjectHash({ env, db, now }: { env: Env; db: TenantDb; now: number }, email: string): Promise<string> {
  const key = await referenceKey({ db, env }, now);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(`privacy subject ${normaliseEmail(email)}`))));
}
