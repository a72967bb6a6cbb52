import { entity } from "../entity.ts";
import { boolean, datetime, longText, records, select, team, text, timezone, user } from "../fields.ts";

/** Something to be done, or that takes place. */
export const task = entity({
  kind: "task",
  path: "tasks",
  title: "Task",
  label: "title",
  owner: "assignee_id",
  custom: true,
  tags: true,
  fields: {
    title: text("Title", { required: true, indexed: true, search: "title", max: 300 }),
    type: select("Type", ["task", "call", "email", "meeting", "deadline"], { default: "task", indexed: true }),
    description: longText("Description", { search: "body" }),
    status: select("Status", ["open", "in_progress", "done", "cancelled"], { default: "open", indexed: true }),
    priority: select("Priority", ["low", "normal", "high"], { default: "normal", indexed: true }),
    due_at: datetime("Due", { indexed: true }),
    starts_at: datetime("Begins", { indexed: true }),
    ends_at: datetime("Ends"),
    all_day: boolean("The whole day", { default: false }),
    timezone: timezone("Time zone", { default: "UTC" }),
    recurrence: text("Recurs (RFC 5545 RRULE)", { max: 300, indexed: true, description: "By day, week, month or year, such as `FREQ=WEEKLY;BYDAY=MO`; counted from when it begins, or from when it is due" }),
    remind_at: datetime("Reminder", { indexed: true }),
    location: text("Place", { max: 300 }),
    relations: records("About"),
    assignee_id: user("Assigned to", { indexed: true }),
    team_id: team("Team", { indexed: true }),
    completed_at: datetime("Done", { computed: true }),
    series_id: text("First of its series", { computed: true, indexed: true }),
  },
  tracked: [{ field: "status", group: "priority", owner: "assignee_id", source: "type" }],
  indexes: [
    ["assignee_id", "due_at"],
    ["assignee_id", "starts_at"],
    ["assignee_id", "status"],
  ],
});
