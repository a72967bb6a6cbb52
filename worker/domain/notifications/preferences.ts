import { eq } from "drizzle-orm";
import { z } from "zod";
import { notificationPreferences } from "../../../db/schema/notifications.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { reader } from "./reader.ts";
import { defaultsFor, notificationType, notificationTypeNames, notificationTypes } from "./types.ts";

const preference = z.object({ type: notificationType, title: z.string(), in_app: z.boolean(), email: z.boolean(), chosen: z.boolean().describe("False: as it is for everybody who has chosen nothing") });
export const preferenceList = z.object({ data: z.array(preference) });

export const preferencesBody = z.strictObject({
  preferences: z
    .array(z.strictObject({ type: notificationType, in_app: z.boolean(), email: z.boolean() }))
    .min(1)
    .max(notificationTypeNames.length)
    .describe("Types that are left out stay as they are"),
});

/** One's own, of every type. */
export async function getPreferences({ ctx }: { ctx: TenantContext }): Promise<z.infer<typeof preferenceList>> {
  const rows = await ctx.db.select(notificationPreferences, { where: eq(notificationPreferences.user_id, reader(ctx)) });
  const chosen = new Map(rows.map((row) => [row.type, row]));
  const role = ctx.actor.kind === "user" ? ctx.actor.role : "";
  return {
    data: notificationTypeNames.map((type) => {
      const { in_app, email } = chosen.get(type) ?? defaultsFor(type, role);
      return { type, title: notificationTypes[type].title, in_app, email, chosen: chosen.has(type) };
    }),
  };
}

export async function setPreferences({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof preferencesBody> }): Promise<z.infer<typeof preferenceList>> {
  const { db } = ctx;
  const user_id = reader(ctx);
  const { user_id: user, type: typeOf } = notificationPreferences;
  // Of a type that is named twice, the last counts.
  const wanted = [...new Map(input.preferences.map((one) => [one.type, one])).values()];
  await db.batch([
    ...wanted.map(({ type, in_app, email }) => db.upsert(notificationPreferences, { user_id, type, in_app, email }, [notificationPreferences.tenant_id, user, typeOf], { in_app, email })),
    audited(ctx, { action: "notification_preferences.update", entityId: user_id, after: Object.fromEntries(wanted.map(({ type, in_app, email }) => [type, { in_app, email }])) }),
  ]);
  return getPreferences({ ctx });
}
