/**
 * Who does the work: found, given records, told.
 * @module
 */
import { z } from "zod";
import { id, recordReference, spec } from "./spec.ts";

const ids = z.array(id).min(1).max(200);

/** Members that one action chooses from at most. */
export const mostCandidates = 200;

export const among = z
  .strictObject({ users: ids.optional(), role: z.string().min(1).max(64).optional().describe("`admin`, `manager`, `member`, `viewer`, or the name or id of one of the tenant's own"), team_id: id.optional() })
  .describe("Active members who fit all that is named; all of the tenant's when nothing is");

export const strategies = ["user", "round_robin", "least_loaded"] as const;

export const assign = spec({
  id: "assign",
  title: "Assign a record",
  description: "To a person, to each in turn, or to whoever has the fewest open records of that kind (of several, who was given none for longest).",
  category: "people",
  effect: "changes",
  permission: null,
  call: 'actions.assign({ record, strategy: "least_loaded", among: { team_id } })',
  params: z
    .strictObject({
      record: recordReference,
      strategy: z.enum(strategies),
      user_id: id.optional().describe("Strategy `user`: to whom"),
      among: among.optional(),
      keep: z.boolean().default(false).describe("Leaves the record with whom it belongs to already"),
    })
    .superRefine(({ strategy, user_id, among }, ctx) => {
      if ((strategy === "user") !== (user_id !== undefined)) ctx.addIssue({ code: "custom", path: ["user_id"], message: strategy === "user" ? "names the person" : "goes with the strategy user" });
      if (strategy === "user" && among !== undefined) ctx.addIssue({ code: "custom", path: ["among"], message: "goes with the strategies round_robin and least_loaded" });
    }),
  result: z.object({ record: z.object({ type: z.string(), id: z.string() }), user_id: z.string(), previous_user_id: z.string().nullable() }),
});

export const findUsers = spec({
  id: "find_users",
  title: "Find people",
  description: "Members of the tenant by role, team and status; with `load_of` also how many open records of that kind each has.",
  category: "people",
  effect: "reads",
  permission: "users.read",
  call: "actions.findUsers({ role, team_id, load_of })",
  params: z.strictObject({ role: z.string().min(1).max(64).optional(), team_id: id.optional(), users: ids.optional(), status: z.enum(["active", "disabled"]).default("active"), load_of: z.string().max(40).optional().describe("Kind of record, such as `ticket`"), limit: z.number().int().min(1).max(mostCandidates).default(50) }),
  result: z.array(z.object({ id: z.string(), name: z.string(), email: z.string(), role: z.string(), team_id: z.string().nullable(), status: z.enum(["active", "disabled"]), load: z.number().int().nullable().describe("Open records; null when not asked for") })),
});

export const notify = spec({
  id: "notify",
  title: "Notify people",
  description: "In the application, and by mail whoever chose that. By hand only those whom one may see.",
  category: "people",
  effect: "changes",
  permission: null,
  call: "actions.notify({ to: { users }, title, body })",
  params: z.strictObject({
    to: among.refine((to) => Object.values(to).some((one) => one !== undefined), "names users, a role or a team"),
    title: z.string().trim().min(1).max(300),
    body: z.string().max(2000).optional(),
    link: z.string().max(500).regex(/^\/(?!\/)/, "a path in the application, such as /leads/…").optional(),
    record: recordReference.optional(),
  }),
  result: z.object({ users: z.array(z.string()).describe("Ids of whom it reaches") }),
});
