import { z } from "zod";
import { emailAccounts } from "../../../db/schema/mails.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { currentDataKey } from "../../auth/data-keys.ts";
import { sealSecret } from "../../auth/vault.ts";
import { isOneLine, normalAddress } from "../../email/address.ts";
import { connectThrough } from "../../email/smtp/cloudflare-network.ts";
import { trySignIn } from "../../email/smtp/send.ts";
import { SmtpError } from "../../email/smtp/session.ts";
import { audited } from "../audit/record.ts";
import { iso, type TenantContext } from "../context.ts";
import { transportOf } from "../mails/transport.ts";
import { type AccountRow, nameOf, sealedAs, smtpAccountOf } from "./account-carrier.ts";
import { reachable } from "./account-host.ts";

const host = z
  .string()
  .max(253)
  .transform((text) => text.trim().toLowerCase())
  .refine((text) => /^[a-z0-9._-]+$/.test(text) || /^[0-9a-f:.]+$/.test(text), "a host's name such as smtp.example.com, or an address, without a port")
  .transform((text, ctx) => {
    // As the rules see it: 127.1 is 127.0.0.1.
    const url = URL.parse(`http://${text.includes(":") ? `[${text}]` : text}`);
    return url ? url.hostname.replace(/^\[|\]$/g, "") : (ctx.addIssue({ code: "custom", message: "not a host" }), z.NEVER);
  });
const credential = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "text without NUL");

export const accountBody = z
  .strictObject({
    host,
    port: z.number().int().min(1).max(65_535),
    security: z.enum(["tls", "starttls", "none"]).describe("`tls`: from the beginning (port 465); `starttls`: required (port 587); `none`: for hosts that the operator lists"),
    username: credential.nullable().default(null).describe("Null: the server asks for no sign-in"),
    password: credential.optional().describe("May be left out as long as host, port, security and user name stay"),
    from_address: z
      .string()
      .max(320)
      .transform((text, ctx) => normalAddress(text.trim()) ?? (ctx.addIssue({ code: "custom", message: "not an address" }), z.NEVER)),
    from_name: z.string().min(1).max(200).refine(isOneLine, "one line, without control characters").nullable().default(null),
  })
  .refine(({ username, password }) => username !== null || password === undefined, { path: ["password"], message: "a password needs a user name" });

const account = z.object({
  host: z.string(),
  port: z.number().int(),
  security: z.enum(["tls", "starttls", "none"]),
  username: z.string().nullable(),
  has_password: z.boolean(),
  from_address: z.string(),
  from_name: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const accountView = z.object({
  account: account.nullable(),
  sends_by: z.enum(["account", "platform"]).nullable().describe("What the tenant's mail goes out by; null: by nothing, it waits"),
});

const viewAccount = ({ host, port, security, username, password_sealed, from_address, from_name, created_at, updated_at }: AccountRow): z.infer<typeof accountView> => ({
  account: { host, port, security, username, has_password: password_sealed !== null, from_address, from_name, created_at: iso(created_at), updated_at: iso(updated_at) },
  sends_by: "account",
});

/** What the audit log compares; it masks the password. */
const auditedFields = ({ host, port, security, username, password_sealed, from_address, from_name }: AccountRow): object => ({ host, port, security, username, password_sealed, from_address, from_name });

async function findAccount({ db }: Pick<TenantContext, "db">): Promise<AccountRow> {
  const row = await db.first(emailAccounts, undefined);
  if (!row) throw new PlatformError("not-found", "The tenant has no email account: its mail goes out by the platform. PUT /email-account sets one up.");
  return row;
}

export async function getAccount({ ctx }: { ctx: TenantContext }): Promise<z.infer<typeof accountView>> {
  const row = await ctx.db.first(emailAccounts, undefined);
  return row ? viewAccount(row) : { account: null, sends_by: transportOf(ctx.env) ? "platform" : null };
}

/** @throws PlatformError `bad-request` for a server that may not be used, or a password that has to be given again */
export async function putAccount({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof accountBody> }): Promise<z.infer<typeof accountView>> {
  const { db, env, now, tenant } = ctx;
  const way = await reachable(env, tenant, input);
  if (!way.ok) throw refused(way.field, way.reason);
  const before = await db.first(emailAccounts, undefined);
  const { password: _, ...settings } = input;
  const row: AccountRow = { tenant_id: tenant, ...settings, password_sealed: await sealedPassword(ctx, input, before), created_at: before?.created_at ?? now, updated_at: now };
  await db.batch([db.upsert(emailAccounts, row, [emailAccounts.tenant_id], row), audited(ctx, { action: "email_account.update", entityId: null, before: before && auditedFields(before), after: auditedFields(row) })]);
  return viewAccount(row);
}

/** Who may only change settings must not get the password sent to a server of their own. */
async function sealedPassword({ db, env, now }: TenantContext, input: z.infer<typeof accountBody>, before: AccountRow | null): Promise<string | null> {
  if (input.username === null) return null;
  if (input.password !== undefined) return sealSecret({ db, env }, await currentDataKey({ db, env }, now), sealedAs, input.password);
  const stays = before?.password_sealed && before.host === input.host && before.port === input.port && before.security === input.security && before.username === input.username;
  if (!stays) throw refused("password", before ? "give it again: host, port, security or user name would change" : "a user name needs a password");
  return before.password_sealed;
}

const refused = (field: string, detail: string) => new PlatformError("bad-request", `/${field}: ${detail}`, [{ pointer: `/${field}`, detail }]);

/** @throws PlatformError `not-found` */
export async function deleteAccount({ ctx }: { ctx: TenantContext }): Promise<void> {
  const row = await findAccount(ctx);
  await ctx.db.batch([ctx.db.delete(emailAccounts, undefined), audited(ctx, { action: "email_account.delete", entityId: null, before: auditedFields(row) })]);
}

export const triedView = z.object({
  ok: z.boolean(),
  stage: z.string().nullable().describe("Where it failed: connect, greeting, EHLO, STARTTLS, AUTH; null when it did not"),
  detail: z.string(),
});

/** Connects and signs in; no mail is sent. @throws PlatformError `not-found` */
export async function testAccount({ ctx }: { ctx: TenantContext }): Promise<z.infer<typeof triedView>> {
  const { db, env, tenant } = ctx;
  const row = await findAccount(ctx);
  const way = await reachable(env, tenant, row);
  if (!way.ok) return { ok: false, stage: "connect", detail: way.reason };
  const domain = row.from_address.slice(row.from_address.lastIndexOf("@") + 1);
  try {
    await trySignIn(await smtpAccountOf({ db, env }, row), nameOf(env, domain), { connect: connectThrough(way.network) });
    const how = row.security === "none" ? "without encryption" : "encrypted";
    return { ok: true, stage: null, detail: `${row.host}:${row.port} was reached, ${how}${row.username === null ? "" : `, and takes the sign-in of ${row.username}`}` };
  } catch (error) {
    if (error instanceof SmtpError) return { ok: false, stage: error.stage, detail: error.message };
    throw error;
  }
}
