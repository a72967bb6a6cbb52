import { z } from "zod";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { task } from "../../../sdk/schema/crm/task/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso } from "../context.ts";
import { mustBeAllowed } from "../records/access.ts";
import { type RecordContext, userOf } from "../records/context.ts";
import { dayMs } from "../tasks/wall-clock.ts";
import { type Occurrence, occurrencesIn } from "./range.ts";

const mostDays = 400;
const options = (name: "type" | "status") => {
  const { options: known = [] } = task.fields[name];
  return z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum([...known])).min(1))
    .optional()
    .describe(`Of ${known.join(", ")}; a comma stands for or`);
};

export const calendarQuery = z.object({
  from: schemas.datetime.optional().describe("Begin, included; now when left out"),
  to: schemas.datetime.optional().describe(`End, not included; 31 days later when left out, ${mostDays} at most`),
  assignee_id: z.string().max(64).optional().describe("Assigned to them; `@me`: to you"),
  type: options("type"),
  status: options("status"),
});

export const calendarEntry = z.object({
  task_id: z.string(),
  title: z.string(),
  type: z.string(),
  status: z.string(),
  priority: z.string(),
  starts_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  due_at: z.string().nullable(),
  all_day: z.boolean(),
  timezone: z.string(),
  location: z.string().nullable(),
  assignee_id: z.string().nullable(),
  series_id: z.string().nullable(),
  recurs: z.boolean(),
  virtual: z.boolean().describe("Not there yet: it comes when the one before it, `task_id`, is done"),
});

export const calendarView = z.object({ data: z.array(calendarEntry), truncated: z.boolean().describe("There are more: ask for a shorter time") });

/** @throws PlatformError `forbidden`, `bad-request` for a time that ends before it begins, or is too long */
export async function listCalendar({ ctx, input }: { ctx: RecordContext; input: z.output<typeof calendarQuery> }): Promise<z.infer<typeof calendarView>> {
  mustBeAllowed(ctx, task, "read");
  const from = input.from === undefined ? ctx.now : Date.parse(input.from);
  const to = input.to === undefined ? from + 31 * dayMs : Date.parse(input.to);
  const wrong = to <= from ? "has to be after from" : to - from > mostDays * dayMs ? `is more than ${mostDays} days after from` : null;
  if (wrong !== null) throw new PlatformError("bad-request", `/query/to: ${wrong}`, [{ pointer: "/query/to", detail: wrong }]);
  const assignee = input.assignee_id === "@me" ? (userOf(ctx) ?? "") : input.assignee_id;
  const { found, truncated } = await occurrencesIn(ctx, { from, to, assignee, types: input.type, statuses: input.status });
  return { data: found.map(view), truncated };
}

const shown = (ms: number | null): string | null => (ms === null ? null : iso(ms));

function view({ row, starts_at, ends_at, due_at, virtual }: Occurrence): z.infer<typeof calendarEntry> {
  const text = (name: string): string | null => (row[name] ?? null) as string | null;
  return {
    task_id: row.id,
    title: text("title") ?? "",
    type: text("type") ?? "",
    status: text("status") ?? "",
    priority: text("priority") ?? "",
    starts_at: shown(starts_at),
    ends_at: shown(ends_at),
    due_at: shown(due_at),
    all_day: Boolean(row["all_day"]),
    timezone: text("timezone") ?? "UTC",
    location: text("location"),
    assignee_id: text("assignee_id"),
    series_id: text("series_id"),
    recurs: row["recurrence"] !== null,
    virtual,
  };
}
