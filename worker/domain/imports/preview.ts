/**
 * What an import would do: all that it does, but writing.
 * @module
 */
import { z } from "zod";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { mustBeAllowed } from "../records/access.ts";
import { recordContext } from "../records/context.ts";
import { ledgerOf, planRows } from "./chunk.ts";
import type { Seen } from "./decide.ts";
import { rowsAtOnce } from "./advance.ts";
import { entityOf, fileOf, formatOf, jobOf } from "./job.ts";
import { importOf, seesAll } from "./read.ts";
import { readRows } from "./reader.ts";
import { checkDedupe, checkMapping } from "./settings.ts";

export const previewBody = z.strictObject({ rows: z.number().int().min(1).max(1_000_000).default(1000).describe("So many from the beginning; time for some hundred thousand is not given") });

const rowProblem = z.object({ row: z.number().int().describe("As a spreadsheet counts"), column: z.string().nullable(), value: z.string().nullable().describe("Shortened"), message: z.string() });

export const previewView = z.object({
  rows: z.number().int().describe("Rows that were looked at"),
  complete: z.boolean().describe("All rows of the file were"),
  create: z.number().int(),
  update: z.number().int(),
  skip: z.number().int(),
  invalid: z.number().int(),
  problems: z.array(rowProblem).describe("The first hundred"),
});

/** The answer comes within this, with what was looked at by then, ms. */
const longestMs = 20_000;
const mostProblems = 100;

/** @throws PlatformError `not-found`, `bad-request`, `conflict` once it has started */
export async function previewImport({ ctx, id, input }: { ctx: TenantContext; id: string; input: z.output<typeof previewBody> }): Promise<z.input<typeof previewView>> {
  const row = await importOf(ctx, id);
  const of = entityOf(row);
  mustBeAllowed({ db: ctx.db, access: ctx.actor }, of, "write");
  if (row.status !== "ready") throw new PlatformError("conflict", `The import is ${row.status}: it can be previewed before it starts.`);
  const job = await jobOf({ ...recordContext(ctx), silent: true }, row);
  checkMapping(of, job.custom, row.mapping, row.columns.length, ctx.actor);
  checkDedupe(of, job.custom, row.dedupe, row.mapping);
  const [source, format, seen] = [fileOf(ctx.env, row), formatOf(row), new Map() as Seen];
  const found = { rows: 0, complete: false, create: 0, update: 0, skip: 0, invalid: 0, problems: [] as z.input<typeof rowProblem>[] };
  const began = Date.now();
  let [cursor, read] = [0, 0];
  while (cursor < row.file_size && found.rows < input.rows && Date.now() - began < longestMs) {
    const part = await readRows(source, row.file_size, format, cursor, Math.min(rowsAtOnce, input.rows - found.rows + 1));
    // Of rows that are asked for and a header.
    const rows = row.has_header && read === 0 ? part.rows.slice(1) : part.rows;
    const { outcomes, plan, entries } = await planRows(job, rows, read + 1 + (part.rows.length - rows.length), seen);
    for (const { action, row: number, errors } of ledgerOf(of, id, outcomes, entries, plan.result)) {
      found.rows++;
      found[counted[action]]++;
      if (found.problems.length < mostProblems) found.problems.push(...(errors ?? []).map((error) => ({ row: number, ...error, ...(seesAll(ctx, row) ? {} : { value: null }) })).slice(0, mostProblems - found.problems.length));
    }
    read += part.rows.length;
    cursor = part.next;
  }
  return { ...found, complete: cursor >= row.file_size };
}

const counted = { created: "create", updated: "update", skipped: "skip", invalid: "invalid" } as const;
