/** Places that hold nothing of people, and why: see places.ts. */
import { getTableName } from "drizzle-orm";
import { assignmentTurns } from "../../../db/schema/assignment.ts";
import { endJobs } from "../../../db/schema/ends.ts";
import { eventStarts, eventTriggers, eventWaits } from "../../../db/schema/events.ts";
import { emailTemplates } from "../../../db/schema/email-templates.ts";
import { distinctPairs, mergeMoves, merges } from "../../../db/schema/merges.ts";
import { moveJobs, moves } from "../../../db/schema/moves.ts";
import { emailAccounts } from "../../../db/schema/mails.ts";
import { deployments } from "../../../db/schema/deployments.ts";
import { workflowDrafts, workflowVersions } from "../../../db/schema/drafts.ts";
import { deadLetterDiscards, replayJobs } from "../../../db/schema/dead-letters.ts";
import { hookBodies, hooks } from "../../../db/schema/hooks.ts";
import { privacyJobs, privacyReceipts } from "../../../db/schema/privacy.ts";
import { recordCurrent, recordRollups, workflowSavings } from "../../../db/schema/reports.ts";
import { schedulers, schedules } from "../../../db/schema/schedules.ts";
import { sequences, ticketSla } from "../../../db/schema/tickets.ts";
import { usage } from "../../../db/schema/usage.ts";
import { dataKeys, variables } from "../../../db/schema/variables.ts";
import { savedViews } from "../../../db/schema/views.ts";
import { webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { TenantTable } from "../../../db/tenant-db.ts";
import type { Place } from "./place.ts";

const nothing = (table: TenantTable, because: string, archived: Place["archived"] = { missing: {} }): Place => ({ name: getTableName(table), table, holds: null, because, archived });
const platform = (name: string, because: string): Place => ({ name, holds: null, because, archived: { not: "the platform's own" } });

export const otherPlaces: readonly Place[] = [
  nothing(deployments, "versions of the tenant's code"),
  nothing(workflows, "what the tenant's code declares"),
  nothing(workflowDrafts, "the tenant's code, and the id of who wrote it, which means nobody once the account is gone"),
  nothing(workflowVersions, "which files versions of the tenant's code are in, and the id of who published them"),
  nothing(moveJobs, "what was asked for, and the id of who asked", { not: "work of the moment" }),
  nothing(endJobs, "ids, and that of who deleted the workflow", { not: "work of the moment" }),
  nothing(moves, "ids of executions, and the names of steps where histories differ"),
  nothing(hooks, "paths and sealed secrets", { missing: { secret_encrypted: null, previous_encrypted: null, previous_until: null } }),
  nothing(hookBodies, "hashes of bodies; gone after a quarter of an hour", { not: "work of the moment" }),
  // Without a secret nothing can be sent: it comes back switched off.
  nothing(webhookSubscriptions, "addresses, types of events and sealed secrets", { missing: { secret_encrypted: "", previous_encrypted: null, previous_until: null, active: 0 } }),
  nothing(eventTriggers, "what the tenant's code declares"),
  nothing(eventStarts, "ids of what events started"),
  nothing(eventWaits, "what executions wait for; gone when they wait no longer, and searched with them"),
  nothing(assignmentTurns, "whose turn it was, by id"),
  nothing(deadLetterDiscards, "ids of what was put away"),
  nothing(replayJobs, "ids of what is done once more, and codes of what failed", { not: "work of the moment" }),
  nothing(variables, "the tenant's settings, sealed or plain; not searched: they are few, and changed by hand", { missing: { sealed: null } }),
  nothing(dataKeys, "keys, sealed", { not: "keys stay where they seal" }),
  nothing(emailAccounts, "a mail server, and the address that mail is sent from", { missing: { password_sealed: null } }),
  nothing(emailTemplates, "texts with places to fill in"),
  nothing(schedules, "what the tenant's code declares, and what somebody has paused"),
  nothing(schedulers, "whether the scheduler has read it", { missing: { synced: 0, looked_at: 0 } }),
  nothing(usage, "numbers"),
  nothing(savedViews, "filters and columns of lists, set up by people; not searched: they are few, and changed by hand"),
  nothing(distinctPairs, "ids of records, and of the account that said they are not the same"),
  nothing(merges, "ids of records, and of the account that made them one"),
  nothing(mergeMoves, "ids of records"),
  nothing(recordRollups, "numbers, by ids of accounts, which mean nobody once those are gone", { not: "triggers count anew what is imported" }),
  nothing(recordCurrent, "numbers, by ids of accounts, which mean nobody once those are gone", { not: "triggers count anew what is imported" }),
  nothing(workflowSavings, "numbers"),
  nothing(sequences, "numbers"),
  nothing(ticketSla, "how soon tickets are to be answered"),
  nothing(privacyReceipts, "numbers, and a keyed hash that only proves what is known already"),
  nothing(privacyJobs, "whom a job is about is sealed, and gone when it is done", { not: "work of the moment" }),
  platform("signing_keys", "keys, sealed"),
  platform("retention_state", "which tenant is being cleaned"),
];
