/**
 * What rows mention by name: people by their address, records by their id or what they are
 * called, tags. One search for all rows of a chunk.
 * @module
 */
import { and, eq, isNull, or } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { listMembers } from "../../../db/members.ts";
import { memberships, teams } from "../../../db/schema/memberships.ts";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { users } from "../../../db/schema/users.ts";
import { entities, entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { can } from "../../auth/can.ts";
import { permissionFor, within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, planRecords } from "../records/plan.ts";
import { refusingTwins } from "../records/twins.ts";
import { type Candidate, errorAt, type Mention } from "./convert.ts";

interface Found {
  id: string;
  /** Of a stage, so that it is told from another's of the same name. */
  within: string | null;
}
type Index = Map<string, Found[]>;

const most = 1000;

function indexed(entries: Iterable<readonly [string, Found]>): Index {
  const index: Index = new Map();
  for (const [text, found] of entries) index.set(text, [...(index.get(text) ?? []).filter(({ id }) => id !== found.id), found]);
  return index;
}

async function search(ctx: RecordContext, { type, to }: Mention["target"], texts: string[]): Promise<Index> {
  const { db } = ctx;
  if (type === "user") {
    const lower = texts.map((text) => text.toLowerCase());
    const people = await listMembers(ctx.env.DB, db.tenant, { where: and(eq(memberships.status, "active"), or(among(users.email, lower), among(memberships.user_id, lower))), limit: most });
    return indexed(people.flatMap(({ id, email }) => [[email.toLowerCase(), { id, within: null }], [id, { id, within: null }]] as const));
  }
  if (type === "team") return indexed((await db.select(teams, { where: or(among(teams.name, texts), among(teams.id, texts)), limit: most })).flatMap(({ id, name }) => [[name, { id, within: null }], [id, { id, within: null }]] as const));
  const of = entityOfKind.get(to ?? "");
  if (!of || (ctx.access && !can(ctx.access, permissionFor(of, "read")))) return new Map();
  const table = recordTable(of);
  const label = columnOf(table, of.label);
  const there = and(isNull(table.deleted_at), within(ctx, of));
  // Where there is no index of what they are called there are few.
  const byLabel = of.fields[of.label]?.indexed ? and(there, among(label, texts)) : there;
  const [ids, labels] = (await Promise.all([db.select(table, { where: and(there, among(table.id, texts)), limit: most }), db.select(table, { where: byLabel, limit: most })])) as [RecordRow[], RecordRow[]];
  const found = (row: RecordRow): Found => ({ id: row.id, within: of.fields["pipeline_id"] ? (row["pipeline_id"] as string | null) : null });
  return indexed([...ids.map((row) => [row.id, found(row)] as const), ...labels.map((row) => [String(row[of.label]), found(row)] as const)]);
}

/** Sets what the rows mention; what is not found is their error. */
export async function resolveMentions(ctx: RecordContext, candidates: readonly Candidate[]): Promise<void> {
  const mentions = candidates.flatMap((candidate) => candidate.mentions);
  const targets = [...new Map(mentions.map(({ target }) => [target.name, target])).values()];
  const indexes = new Map(await Promise.all(targets.map(async (target) => [target.name, await search(ctx, target, [...new Set(mentions.filter((one) => one.target.name === target.name).map(({ text }) => text))])] as const)));
  // Pipelines before the stages that are looked for in them.
  const order = [...targets].toSorted((one, other) => Number(one.to === "stage") - Number(other.to === "stage")).map(({ name }) => name);
  for (const candidate of candidates) {
    for (const mention of candidate.mentions.toSorted((one, other) => order.indexOf(one.target.name) - order.indexOf(other.target.name))) {
      const { target, text } = mention;
      const all = indexes.get(target.name)?.get(target.type === "user" ? text.toLowerCase() : text) ?? [];
      const pipeline = candidate.given["pipeline_id"];
      const fitting = all.length > 1 && target.to === "stage" && pipeline !== undefined ? all.filter((one) => one.within === pipeline) : all;
      const [only] = fitting;
      const what = target.to ?? target.type;
      if (only && fitting.length === 1) place(candidate, target.name, only.id);
      else candidate.errors.push(errorAt({ title: mention.column, target }, text, only ? `there are several of this name: give the id of the ${what}` : target.type === "user" ? "is nobody's address or id here" : `there is no ${what} of this name or id`));
    }
  }
}

function place({ given }: Candidate, name: string, id: string): void {
  if (name.startsWith("custom.")) given["custom"] = { ...(given["custom"] as object | undefined), [name.slice(7)]: id };
  else given[name] = id;
}

async function tagIds(ctx: RecordContext, names: readonly string[]): Promise<Map<string, string>> {
  const table = recordTable(entities.tag);
  const rows = (await ctx.db.select(table, { where: and(isNull(table.deleted_at), among(columnOf(table, "name"), names)) })) as RecordRow[];
  return new Map(rows.map((row) => [String(row["name"]), row.id]));
}

/**
 * Sets tags by their names, and makes those that there are not yet. They are made before the
 * records that have them: a crash in between leaves a tag, which is found the next time.
 * @param make false: nothing is written, and tags that are not there are left out
 */
export async function resolveTags(ctx: RecordContext, candidates: readonly Candidate[], make: boolean): Promise<void> {
  const names = [...new Set(candidates.flatMap(({ tags }) => tags))];
  if (names.length === 0) return;
  const known = await tagIds(ctx, names);
  const missing = names.filter((name) => !known.has(name));
  const allowed = ctx.access === null || can(ctx.access, "tags.write");
  const fitting = missing.filter((name) => entities.tag.fields.name.schema.safeParse(name).success);
  if (make && allowed && fitting.length > 0) for (const [name, id] of await makeTags(ctx, fitting)) known.set(name, id);
  for (const candidate of candidates) {
    const ids = candidate.tags.flatMap((name) => known.get(name) ?? []);
    if (ids.length > 0) candidate.given["tags"] = ids;
    for (const name of candidate.tags) if (!known.has(name) && (!allowed || !fitting.includes(name))) candidate.errors.push(errorAt({ title: "Tags", target: { sensitive: false } }, name, allowed ? "cannot be the name of a tag" : "there is no such tag, and you may not make one"));
  }
}

async function makeTags(ctx: RecordContext, names: readonly string[]): Promise<Map<string, string>> {
  const { tag } = entities;
  for (const name of names) {
    try {
      await refusingTwins(tag, () => carryOut(ctx, () => planRecords(ctx, tag, [{ before: null, given: { name, color: tag.fields.color.default } }])));
    } catch (error) {
      // Somebody has made it at the same moment.
      if (!(error instanceof PlatformError) || error.code !== "conflict") throw error;
    }
  }
  return tagIds(ctx, names);
}
