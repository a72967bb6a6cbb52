/**
 * All that happened around a record, in one list, the latest first: what became of it, what was
 * written down, done, planned and attached; of a contact also while it was a lead, and of
 * records that were merged into it. Each source gives as much as the page needs, and no more.
 * @module
 */
import { z } from "zod";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { aboutKinds } from "../../../sdk/schema/crm/note/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso } from "../context.ts";
import { pageQuery, type pagination } from "../page.ts";
import { findRecord } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { mergedInto } from "../records/merged.ts";
import { byPlace, cursorOf, readPlace } from "./place.ts";
import { type About, type Entry, entryKinds } from "./source.ts";
import { sourcesFor } from "./sources.ts";

/** Records that have a timeline: what notes can be about. */
export const withTimeline: readonly AnyEntity[] = aboutKinds.map((kind) => entities[kind]);

/** Records that one was, at most. */
const mostBefore = 20;

export const timelineQuery = z.object({
  ...pageQuery.shape,
  kinds: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(entryKinds)).min(1))
    .optional()
    .describe(`Only these, separated by commas: ${entryKinds.join(", ")}`),
});

export const timelineEntry = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.enum(entryKinds),
  title: z.string(),
  actor: z.object({ kind: z.string().describe("`unknown`: what the id is of is not kept"), id: z.string().nullable() }).nullable(),
  record: z.object({ type: z.string(), id: z.string() }).describe("What it is about: the record, or one that it was"),
  data: z.record(z.string(), z.unknown()),
});

export interface Timeline {
  data: z.input<typeof timelineEntry>[];
  pagination: z.infer<typeof pagination>;
}

/** @throws PlatformError `not-found`, `forbidden`, `bad-request` */
export async function recordTimeline({ ctx, of, id, input }: { ctx: RecordContext; of: AnyEntity; id: string; input: z.output<typeof timelineQuery> }): Promise<Timeline> {
  const row = await findRecord(ctx, of, id, { deleted: true });
  const behind = readPlace(input.cursor);
  const abouts = await allThatItWas(ctx, { of, row });
  const sources = sourcesFor(ctx, input.kinds ?? entryKinds);
  const parts = await Promise.all(abouts.flatMap((about) => sources.map((source) => source(ctx, about, behind, input.limit + 1))));
  // A task about two of them is one.
  const entries = [...new Map(parts.flat().map((entry) => [`${entry.kind} ${entry.id}`, entry])).values()].sort(byPlace);
  const kept = entries.slice(0, input.limit);
  const last = kept.at(-1);
  return { data: kept.map(view), pagination: { next_cursor: entries.length > input.limit && last ? cursorOf(last) : null } };
}

const view = ({ at, ...entry }: Entry): z.input<typeof timelineEntry> => ({ ...entry, at: iso(at) });

/** The record, the lead it was, and what was merged into any of these, as far as the actor may see them. */
async function allThatItWas(ctx: RecordContext, about: About): Promise<About[]> {
  const found = [about];
  for (let at = 0; at < found.length && found.length < mostBefore; at++) {
    const { of, row } = found[at] ?? about;
    const { lead_id } = row;
    if (of.kind === "contact" && typeof lead_id === "string") found.push(...(await seen(ctx, entities.lead, lead_id)));
    for (const id of at === 0 || of.kind !== about.of.kind ? await mergedInto(ctx, of, row.id) : []) found.push(...(await seen(ctx, of, id)));
  }
  return found.slice(0, mostBefore);
}

async function seen(ctx: RecordContext, of: AnyEntity, id: string): Promise<About[]> {
  try {
    return [{ of, row: await findRecord(ctx, of, id, { deleted: true }) }];
  } catch (error) {
    if (error instanceof PlatformError) return [];
    throw error;
  }
}
