/**
 * Fields of requests about accounts.
 * @module
 */
import { z } from "zod";
import { normaliseEmail } from "../../../db/users.ts";
import { locale } from "../mails/texts.ts";

/** Arrives as `users.email` holds it. */
export const emailField = z
  .string()
  .max(254)
  .transform(normaliseEmail)
  .pipe(z.email("an email address, such as ada@example.com"))
  .meta({ format: "email" });

/** Rules beyond the size are those of worker/auth/password-rules.ts. */
export const passwordField = z.string().min(1).max(1024);

/** Stands in mails to people who have not asked for them: no line of its own, no link. */
const nameOf = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((name) => !/[\p{Cc}<>]|:\/\/|www\./iu.test(name), "a name has no line breaks, `<`, `>` or links");

export const personName = nameOf(100);
export const tenantName = nameOf(100);
export const slugField = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower case letters, digits and `-`; at most 63");
export const tokenField = z.string().min(1).max(200);
export const localeField = locale;
