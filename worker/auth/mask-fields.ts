/**
 * Fields that some see masked. A view passes here wherever it is shown, in lists and alone;
 * what is masked can be neither searched nor sorted by.
 * @module
 */
import { allEntities } from "../../sdk/schema/crm/index.ts";
import type { TenantActor } from "./actor.ts";

/** Which fields of which entities a role may mask. Invitations hold addresses of users-to-be: they are masked as `users`. */
export const maskable: Readonly<Record<string, readonly string[]>> = {
  users: ["email", "name"],
  ...Object.fromEntries(allEntities.map(({ path, fields }) => [path, Object.entries(fields).flatMap(([name, { type, sensitive }]) => (sensitive || ["email", "phone", "money", "long_text"].includes(type) ? [name] : []))])),
};

export function isMasked(actor: Pick<TenantActor, "masked">, entity: string, field: string): boolean {
  return actor.masked[entity]?.includes(field) ?? false;
}

/** The view with the actor's masked fields masked: texts to their beginning, anything else to null. */
export function maskFields<V extends object>(actor: Pick<TenantActor, "masked">, entity: string, view: V): V {
  const entries = Object.entries(view).map(([field, value]) => [field, isMasked(actor, entity, field) ? mask(value) : value]);
  return Object.fromEntries(entries) as V;
}

function mask(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const [first = ""] = value;
  const at = value.lastIndexOf("@");
  return `${at === 0 ? "" : first}…${at < 0 ? "" : value.slice(at)}`;
}
