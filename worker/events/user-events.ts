/**
 * What happens to members of a tenant, as events. They say ids and no names: who listens reads
 * the rest where it is allowed to.
 * @module
 */
import type { Statement } from "../../db/tenant-db.ts";
import { type EmitContext, emit } from "./emit.ts";

export interface MemberFields {
  role: string;
  team_id: string | null;
  status: "active" | "disabled";
}

/** @param before of an update: as they were */
export function userEvent(ctx: EmitContext, happened: "joined" | "updated" | "removed", userId: string, { role, team_id, status }: MemberFields, before?: MemberFields): Statement {
  const data = { user_id: userId, role, team_id, status };
  const previous = before && { ...(before.role === role ? {} : { role: before.role }), ...(before.team_id === team_id ? {} : { team_id: before.team_id }), ...(before.status === status ? {} : { status: before.status }) };
  return emit(ctx, { type: `user.${happened}`, data, ...(previous ? { previous } : {}), record: { type: "user", id: userId } });
}
