/**
 * What events, history and the audit log say of records, as somebody may see it: the same as of
 * the record itself.
 * @module
 */
import type { JsonObject } from "../../../db/schema/json.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import type { TenantActor } from "../../auth/actor.ts";
import { can } from "../../auth/can.ts";
import { maskFields } from "../../auth/mask-fields.ts";
import { permissionFor } from "./access.ts";

/**
 * @param kind of what it is said; fields of anything but a record of the CRM are shown as they are
 * @param whose fields that say whose the record is: where they do not, it is nobody's of one's own
 * @returns null when the actor may not read the record
 */
export function seenOfRecord(access: TenantActor, kind: string | null, fields: JsonObject, whose: JsonObject = fields): JsonObject | null {
  const of = kind === null ? undefined : entityOfKind.get(kind);
  if (!of) return fields;
  const said = (name: string | null): string | null => (name !== null && typeof whose[name] === "string" ? whose[name] : null);
  if (!can(access, permissionFor(of, "read"), { owner_id: said(of.owner), team_id: said("team_id") })) return null;
  return maskFields(access, of.path, fields);
}
