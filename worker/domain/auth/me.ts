import { z } from "zod";
import { batch } from "../../../db/batch.ts";
import { findUser, tenantsOfUser, updateUser, type UserRow } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { iso, type UserContext } from "../context.ts";
import { localeField, personName } from "./fields.ts";
import { inTenant } from "./in-tenant.ts";
import { choices, tenantChoice } from "./login.ts";
import { beyondReach, withinReach } from "./reach.ts";

export const meView = z.object({
  user: z.object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    locale: z.string(),
    has_password: z.boolean().describe("False for people who only sign in elsewhere"),
    mfa_enabled: z.boolean(),
    created_at: z.string(),
  }),
  tenant: tenantChoice.omit({ role: true }).nullable(),
  role: z.string(),
  team_id: z.string().nullable(),
  permissions: z.record(z.string(), z.enum(["all", "team", "own"])).describe("Permission → over whose records"),
  masked: z.record(z.string(), z.array(z.string())).describe("Entity → fields that this role sees masked"),
  session_id: z.string(),
  tenants: z.array(tenantChoice).describe("All tenants the person may sign in to; after a sign-in with a tenant's provider that one alone"),
});
export type MeView = z.infer<typeof meView>;

export const meChange = z.strictObject({ name: personName.optional(), locale: localeField.optional() }).refine((change) => Object.keys(change).length > 0, "say what to change: `name` or `locale`");

export async function getMe({ ctx }: { ctx: UserContext }): Promise<MeView> {
  return view(ctx, await ownAccount(ctx));
}

/** @throws PlatformError `forbidden` where a tenant's provider would change what other tenants see */
export async function updateMe({ ctx, input }: { ctx: UserContext; input: z.infer<typeof meChange> }): Promise<MeView> {
  const before = await ownAccount(ctx);
  const fields = ({ name, locale }: UserRow) => ({ name, locale });
  const after: UserRow = { ...before, name: input.name ?? before.name, locale: input.locale ?? before.locale, updated_at: ctx.now };
  const memberOf = await tenantsOfUser(ctx.env.DB, before.id);
  if (withinReach(ctx.actor, memberOf).length < memberOf.length) throw beyondReach();
  const events = memberOf.map(({ tenant_id }) => audited(inTenant(ctx, tenant_id, before.id), { action: "user.update", entityId: before.id, before: fields(before), after: fields(after) }));
  await batch(ctx.env.DB, [updateUser(ctx.env.DB, before.id, { ...fields(after), updated_at: ctx.now }), ...events]);
  return view(ctx, after);
}

async function ownAccount({ env, actor }: UserContext): Promise<UserRow> {
  const user = await findUser(env.DB, actor.userId);
  if (!user) throw new PlatformError("unauthorized", "The account is gone.");
  return user;
}

async function view({ env, actor }: UserContext, user: UserRow): Promise<MeView> {
  const tenants = choices(withinReach(actor, await tenantsOfUser(env.DB, user.id)));
  const here = tenants.find(({ id }) => id === actor.tenantId);
  const { id, email, name, locale } = user;
  return {
    user: { id, email, name, locale, has_password: user.password_hash !== null, mfa_enabled: user.mfa_enabled_at !== null, created_at: iso(user.created_at) },
    tenant: here ? { id: here.id, slug: here.slug, name: here.name } : null,
    role: actor.role,
    team_id: actor.teamId,
    permissions: { ...actor.grants },
    masked: Object.fromEntries(Object.entries(actor.masked).map(([entity, names]) => [entity, [...names]])),
    session_id: actor.sessionId,
    tenants,
  };
}
