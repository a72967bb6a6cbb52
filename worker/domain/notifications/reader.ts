import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";

/**
 * Whose notifications are asked for: people have some, keys have none.
 * @throws PlatformError `forbidden`
 */
export function reader({ actor }: Pick<TenantContext, "actor">): string {
  if (actor.kind !== "user") throw new PlatformError("forbidden", "Notifications are people's own: an API key has none. Sign in.");
  return actor.userId;
}
