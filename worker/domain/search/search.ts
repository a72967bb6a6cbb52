import { and, isNull } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { allEntities, entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { toBase64Url, utf8 } from "../../auth/bytes.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { iso } from "../context.ts";
import { pagination, readCursor } from "../page.ts";
import { within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { wordsOf } from "../records/index-values.ts";
import { candidates, type Columns, columnsOf } from "./candidates.ts";
import { named } from "./direct.ts";
import { exactTitle, scoreOf } from "./rank.ts";
import { excerptOf, fold, rangesIn, wordsIn } from "./words.ts";

const range = z.tuple([z.number().int(), z.number().int()]);

export const searchQuery = z.object({
  q: z.string().trim().min(1).max(200).describe("Words that a record has, or that begin so; or a telephone number, an email address, a taxpayer's number, the number of a ticket"),
  kinds: z
    .string()
    .max(400)
    .optional()
    .transform((text, ctx): AnyEntity[] => {
      const names = text === undefined ? [...entityOfKind.keys()] : [...new Set(text.split(",").map((name) => name.trim()))];
      const unknown = names.filter((name) => !entityOfKind.has(name));
      if (unknown.length > 0) ctx.addIssue({ code: "custom", message: `there is no kind ${unknown.join(", ")}; there are ${[...entityOfKind.keys()].join(", ")}` });
      return allEntities.filter(({ kind }) => names.includes(kind));
    })
    .describe("Only these, separated by commas: `lead,contact`. What you may not read is left out"),
  cursor: z.string().max(64).optional().describe("`next_cursor` of the page before"),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});

export const searchResult = z.object({
  data: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      title: z.string(),
      title_ranges: z.array(range).describe("Where the words stand in `title`: [from, to) in UTF-16 code units"),
      snippet: z.object({ text: z.string(), ranges: z.array(range) }).nullable().describe("Plain text of the record in which the words stand; escape it"),
      matched: z.string().describe("`words`, or the field that it was named by, such as `phone`"),
      score: z.number().describe("The higher the better; compare within one answer alone"),
      updated_at: z.string(),
    }),
  ),
  complete: z.boolean().describe("False: more records have these words than are ranked, the newest of them. A further word narrows it"),
  pagination,
});

interface Hit {
  of: AnyEntity;
  record_id: string;
  matched: string;
  score: number;
}

/** Before everything that only has the words. */
const namedScore = 2 * exactTitle;
const longestTitle = 200;

/** What the actor may read that has the words, the best first. */
export async function searchRecords({ ctx, input }: { ctx: RecordContext; input: z.output<typeof searchQuery> }): Promise<z.input<typeof searchResult>> {
  const from = placeOf(input.cursor);
  const asked = wordsIn(input.q);
  const words = asked.map(fold);
  const kinds = new Map(input.kinds.flatMap((of): [AnyEntity, Columns][] => (columnsOf(ctx, of) === null ? [] : [[of, columnsOf(ctx, of) ?? "title"]])));
  const [direct, worded] = await Promise.all([named(ctx, input.kinds, input.q), words.length === 0 || kinds.size === 0 ? { documents: [], complete: true } : candidates(ctx, kinds, asked)]);
  const hits = new Map<string, Hit>();
  for (const { kind, record_id, title, body } of worded.documents) {
    const of = entityOfKind.get(kind);
    const columns = of && kinds.get(of);
    if (of && columns) hits.set(record_id, { of, record_id, matched: "words", score: scoreOf({ title, body }, input.q, words, columns) });
  }
  for (const { of, record_id, by } of direct) hits.set(record_id, { of, record_id, matched: by, score: namedScore + (hits.get(record_id)?.score ?? 0) });
  // Ids are in the order of their making: of what is as good, the newest first.
  const ranked = [...hits.values()].sort((a, b) => b.score - a.score || (a.record_id < b.record_id ? 1 : -1));
  const page = ranked.slice(from, from + input.limit);
  const rows = await rowsOf(ctx, page);
  const data = page.flatMap((hit) => {
    const row = rows.get(hit.record_id);
    return row ? [shown(ctx, hit, row, words, kinds.get(hit.of) ?? null)] : [];
  });
  return { data, complete: worded.complete, pagination: { next_cursor: ranked.length > from + input.limit ? toBase64Url(utf8(String(from + input.limit))) : null } };
}

function placeOf(cursor: string | undefined): number {
  const text = readCursor(cursor) ?? "0";
  if (!/^\d{1,4}$/.test(text)) throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  return Number(text);
}

async function rowsOf(ctx: RecordContext, hits: readonly Hit[]): Promise<Map<string, RecordRow>> {
  const found = await Promise.all(
    Array.from(Map.groupBy(hits, ({ of }) => of), async ([of, some]) => {
      const table = recordTable(of);
      return (await ctx.db.select(table, { where: and(among(table.id, some.map(({ record_id }) => record_id)), isNull(table.deleted_at), within(ctx, of)) })) as RecordRow[];
    }),
  );
  return new Map(found.flat().map((row) => [row.id, row]));
}

function shown({ access }: RecordContext, { of, matched, score }: Hit, row: RecordRow, words: readonly string[], columns: Columns | null) {
  const hidden = access !== null && isMasked(access, of.path, of.label);
  const title = hidden ? "" : String(row[of.label] ?? "").slice(0, longestTitle).toWellFormed();
  const body = columns === "title body" ? wordsOf(of, row).body : "";
  return { kind: of.kind, id: row.id, title, title_ranges: rangesIn(title, words), snippet: excerptOf(body, words), matched, score, updated_at: iso(row.updated_at) };
}
