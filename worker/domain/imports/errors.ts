/**
 * The rows that were refused or left out, or that undoing left as they are, as they came, each
 * with the reason: a file that can be put right and imported again. File and ledger are read side by side, a piece of each at a time.
 * @module
 */
import { and, asc, eq, gt, type SQL } from "drizzle-orm";
import { importRows } from "../../../db/schema/imports.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { csvLine } from "../csv.ts";
import { fileOf, formatOf, type ImportRow } from "./job.ts";
import { importOf, seesAll } from "./read.ts";
import { readRows } from "./reader.ts";

const atOnce = 500;

type Entry = typeof importRows.$inferSelect;

function* reasonsOf({ action, errors, undo_detail }: Entry): Generator<string> {
  if (undo_detail !== null) yield `kept: ${undo_detail}`;
  for (const { column, message } of errors ?? []) yield `${action === "skipped" ? "skipped: " : ""}${column === null ? "" : `${column}: `}${message}`;
}

/**
 * Who may not see all such records whole gets the reasons without the rows.
 * @throws PlatformError `not-found`, `conflict` when it is too old
 */
export async function importErrors({ ctx, id }: { ctx: TenantContext; id: string }): Promise<{ type: string; name: string; content: ReadableStream<Uint8Array> }> {
  const row = await importOf(ctx, id);
  if (row.file_key === null) throw new PlatformError("conflict", "The import is too old: its file is not kept any more.");
  const encoder = new TextEncoder();
  const lines = linesOf(ctx, row);
  const content = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`\uFEFF${csvLine(["row", "reason", ...(seesAll(ctx, row) ? row.columns.map((title, index) => title || `column ${index + 1}`) : [])])}`)),
      async pull(controller) {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => void (await lines.return(undefined)),
    },
    { highWaterMark: 0 },
  );
  return { type: "text/csv; charset=utf-8", name: "import-errors.csv", content };
}

async function* linesOf(ctx: TenantContext, at: ImportRow): AsyncGenerator<string, void, undefined> {
  const [source, format] = [fileOf(ctx.env, at), formatOf(at)];
  const whole = seesAll(ctx, at);
  const wanted = (row: number): number => (whole ? row : 0);
  let [cursor, read, after] = [0, 0, 0];
  let cells: { number: number; cells: string[] }[] = [];
  for (;;) {
    const kinds = [eq(importRows.action, "invalid"), eq(importRows.action, "skipped"), ...(at.undo_kept > 0 ? (["created", "updated"] as const).map((action) => and(eq(importRows.action, action), eq(importRows.undo, "kept"))) : [])];
    const page = (await Promise.all(kinds.map((kind) => entriesOf(ctx, at.id, kind, after)))).flat().toSorted((one, other) => one.row - other.row).slice(0, atOnce);
    const last = page.at(-1);
    if (!last) return;
    let text = "";
    for (const entry of page) {
      while (read < wanted(entry.row) && cursor < at.file_size) {
        const part = await readRows(source, at.file_size, format, cursor, atOnce);
        cells = part.rows.map((row, index) => ({ number: read + index + 1, cells: row.cells }));
        read += part.rows.length;
        cursor = part.next;
      }
      const original = cells.find(({ number }) => number === entry.row)?.cells ?? [];
      text += csvLine([entry.row, [...reasonsOf(entry)].join("; "), ...original]);
    }
    after = last.row;
    yield text;
  }
}

function entriesOf({ db }: TenantContext, id: string, kind: SQL | undefined, after: number): Promise<Entry[]> {
  return db.select(importRows, { where: and(eq(importRows.import_id, id), kind, gt(importRows.row, after)), orderBy: asc(importRows.row), limit: atOnce });
}
