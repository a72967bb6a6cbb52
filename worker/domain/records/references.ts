/**
 * That what a record refers to is there: other records, people, teams, tags.
 * @module
 */
import { and, eq, isNull } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { memberships, teams } from "../../../db/schema/memberships.ts";
import { recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import type { RecordReference } from "../../../sdk/schema/crm/fields.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { RecordContext } from "./context.ts";
import type { CustomField } from "./custom.ts";

export interface Reference {
  /** Kind of record, `user` or `team`. */
  to: string;
  id: string;
  pointer: string;
}

/** What of the given values refers to something. */
export function referencesIn(of: AnyEntity, given: Record<string, unknown>, custom: readonly CustomField[] = []): Reference[] {
  const found: Reference[] = [];
  for (const [name, { type, to = type }] of Object.entries(of.fields)) {
    const value = given[name];
    if (value === null || value === undefined) continue;
    if (type === "record" || type === "user" || type === "team") found.push({ to, id: String(value), pointer: `/${name}` });
    if (type === "records") for (const [index, one] of (value as RecordReference[]).entries()) found.push({ to: one.type, id: one.id, pointer: `/${name}/${index}` });
  }
  for (const [index, id] of ((given["tags"] ?? []) as string[]).entries()) found.push({ to: "tag", id, pointer: `/tags/${index}` });
  const values = (given["custom"] ?? {}) as Record<string, unknown>;
  for (const { key, type } of custom) if (type === "user" && typeof values[key] === "string") found.push({ to: "user", id: values[key], pointer: `/custom/${key}` });
  return found;
}

/** @throws PlatformError `bad-request`, naming what is not there */
export async function mustBeThere(ctx: Pick<RecordContext, "db">, references: readonly Reference[]): Promise<void> {
  const missing = await missingOf(ctx, references);
  const errors = missing.map(({ to, id, pointer }) => ({ pointer, detail: `there is no ${to} ${id}` }));
  if (errors[0]) throw new PlatformError("bad-request", `${errors[0].pointer}: ${errors[0].detail}`, errors);
}

export async function missingOf(ctx: Pick<RecordContext, "db">, references: readonly Reference[]): Promise<Reference[]> {
  const kinds = [...new Set(references.map(({ to }) => to))];
  const known = new Map(await Promise.all(kinds.map(async (to) => [to, await idsThere(ctx, to, [...new Set(references.filter((one) => one.to === to).map(({ id }) => id))])] as const)));
  return references.filter(({ to, id }) => !known.get(to)?.has(id));
}

async function idsThere({ db }: Pick<RecordContext, "db">, to: string, ids: string[]): Promise<Set<string>> {
  if (to === "user") return new Set((await db.select(memberships, { where: and(among(memberships.user_id, ids), eq(memberships.status, "active")) })).map(({ user_id }) => user_id));
  if (to === "team") return new Set((await db.select(teams, { where: among(teams.id, ids) })).map(({ id }) => id));
  const of = entityOfKind.get(to);
  if (!of) return new Set();
  const table = recordTable(of);
  return new Set((await db.select(table, { where: and(among(table.id, ids), isNull(table.deleted_at)) })).map((row) => String((row as { id: unknown }).id)));
}
