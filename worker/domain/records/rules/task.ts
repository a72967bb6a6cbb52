import type { RecordRow } from "../../../../db/schema/record-tables.ts";
import type { JsonObject } from "../../../../db/schema/json.ts";
import { task } from "../../../../sdk/schema/crm/task/index.ts";
import { PlatformError } from "../../../../sdk/schema/problem.ts";
import { anchorOf, nextOf } from "../../tasks/next.ts";
import { horizonDays, recurrences } from "../../tasks/recurrence.ts";
import { isOpen, remindersOf } from "../../tasks/reminders.ts";
import { parseRule } from "../../tasks/rule-text.ts";
import { dayMs } from "../../tasks/wall-clock.ts";
import { type RecordContext, userOf } from "../context.ts";
import { plainView } from "../values.ts";
import type { Change, Rule } from "./rule.ts";

const fault = (field: string, detail: string): PlatformError => new PlatformError("bad-request", `/${field}: ${detail}`, [{ pointer: `/${field}`, detail }]);

/** A task that takes longer is several. */
const longestMs = 366 * dayMs;

/** Tasks that begin and end, are done by somebody, and come again. */
export const taskRule: Rule = {
  async before(ctx, changes, planner) {
    const next: Change[] = [];
    const done: RecordRow[] = [];
    for (const change of changes) {
      const { before, after } = change;
      if (change.follows) continue;
      complete(ctx, change);
      if (after.deleted_at !== null) continue;
      check(change);
      if (before === null || !isOpen(before) || isOpen(after)) continue;
      if (after["status"] === "done") done.push(after);
      const row = nextOf({ ...after, created_by: before.created_by }, ctx.now);
      if (row) next.push({ before: null, after: row, given: {}, follows: true });
      // The series has gone on to the next: this one is done for good, and can be opened again for itself.
      after["recurrence"] = null;
    }
    const statements = remindersOf(ctx, changes);
    const events = () => done.map((row) => ({ type: "task.completed", data: plainView(task, row) as JsonObject & { id: string }, record: { type: task.kind, id: row.id } }));
    return { statements, events, parts: next.length > 0 ? [await planner.changes(task, next)] : [] };
  },
};

function complete(ctx: RecordContext, { before, after, given }: Change): void {
  if (before === null && given["assignee_id"] === undefined) after["assignee_id"] = userOf(ctx);
  const isDone = after["status"] === "done";
  if (isDone && (before === null || before["status"] !== "done")) after["completed_at"] = ctx.now;
  if (!isDone) after["completed_at"] = null;
  if (typeof after["recurrence"] === "string") after["series_id"] ??= after.id;
}

/** @throws PlatformError `bad-request` */
function check({ before, after, given }: Change): void {
  const [from, to] = [after["starts_at"] as number | null, after["ends_at"] as number | null];
  if (to !== null && from === null) throw fault("ends_at", "a task that ends has to begin: give starts_at too");
  if (from !== null && to !== null && to < from) throw fault("ends_at", "is before starts_at");
  if (from !== null && to !== null && to - from > longestMs) throw fault("ends_at", "is more than a year after starts_at");
  const text = after["recurrence"];
  const concerned = before === null || ["recurrence", "starts_at", "due_at", "timezone"].some((name) => given[name] !== undefined);
  if (typeof text !== "string" || !concerned || !isOpen(after)) return;
  const rule = parseRule(text);
  if ("fault" in rule) throw fault("recurrence", rule.fault);
  const anchor = anchorOf(after);
  if (anchor === null) throw fault("recurrence", "is counted from starts_at or due_at: give one of them");
  const timezone = String(after["timezone"]);
  const once = rule.count === 1 || rule.until !== null;
  if (!once && recurrences({ rule, anchor, timezone }, anchor + 1, anchor + horizonDays * dayMs, 1).length === 0) throw fault("recurrence", "never comes again within thirty years");
}
