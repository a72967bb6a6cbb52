import { z } from "zod";
import { isOverRecords, permissionNames, permissions, scopes } from "../../auth/permissions.ts";

export const permissionView = z.object({
  name: z.string(),
  description: z.string(),
  scopes: z.array(z.enum(scopes)).describe("Over whose records it can be given"),
});

/** All there are. */
export function listPermissions(): { data: z.infer<typeof permissionView>[] } {
  return { data: permissionNames.map((name) => ({ name, description: permissions[name], scopes: isOverRecords(name) ? [...scopes] : ["all"] })) };
}
