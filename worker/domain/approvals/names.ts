import { among } from "../../../db/among.ts";
import { namesOfUsers } from "../../../db/members.ts";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import type { KeyActor, UserActor } from "../../auth/actor.ts";
import { maskFields } from "../../auth/mask-fields.ts";
import type { TenantContext } from "../context.ts";

/** Who reads. */
type Reader = Pick<KeyActor, "kind" | "masked"> | Pick<UserActor, "kind" | "userId" | "masked">;

/** What people and keys are called, masked for those who may not see it. Somebody who is gone has their id. */
export async function namesFor({ env, db, actor }: Pick<TenantContext, "env" | "db"> & { actor: Reader }, ids: readonly string[]): Promise<(id: string) => string> {
  const keys = ids.flatMap((id) => (id.startsWith("key:") ? [id.slice(4)] : []));
  const [users, named] = await Promise.all([namesOfUsers(env.DB, ids.filter((id) => !id.startsWith("key:"))), keys.length === 0 ? [] : db.select(apiKeys, { where: among(apiKeys.id, keys) })]);
  const keyNames = new Map(named.map(({ id, name }) => [`key:${id}`, name]));
  return (id) => {
    const name = users.get(id);
    if (name === undefined) return keyNames.get(id) ?? id;
    return actor.kind === "user" && actor.userId === id ? name : maskFields(actor, "users", { name }).name;
  };
}
