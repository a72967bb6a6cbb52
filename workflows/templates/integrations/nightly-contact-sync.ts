import { ChildFailedError, crm, on, workflow } from "everstep";
import { z } from "zod";

/** Children at a time; each run does one page, and hands the next to a run with a fresh history. */
const page = 25;

/**
 * Every night has the contacts that changed since the last written to another system, by the
 * workflow of the template `sync-contact`, a child for each.
 *
 * @variable [SYNC_WORKFLOW=sync-contact] Id of the workflow that syncs one contact
 * @variable [SYNC_SINCE_HOURS=25] How far back changes are looked for
 * @needs A workflow made of the template `sync-contact`
 */
export default workflow(
  {
    id: "nightly-contact-sync",
    title: "Sync changed contacts every night",
    description: "Sync all contacts that changed since yesterday, page by page, a child execution for each",
    input: z.object({ cursor: z.string().nullable().default(null), synced: z.number().default(0), failed: z.number().default(0) }),
    on: [on.schedule("30 2 * * *", { overlap: "skip" }), on.manual()],
  },
  async ({ input, vars, step }) => {
    const child = String(vars["SYNC_WORKFLOW"] ?? "sync-contact");
    const hours = Number(vars["SYNC_SINCE_HOURS"] ?? 25);
    const { data, next_cursor } = await crm.contacts.page({ filter: { status: "active", updated_at: { $gte: `@now-${hours}h` } }, sort: "created_at", limit: page, cursor: input.cursor });

    const results = await Promise.all(
      data.map(async ({ id }) => {
        try {
          await step.invoke("sync", child, { id }, { timeout: "2 hours" });
          return true;
        } catch (error) {
          if (error instanceof ChildFailedError) return false;
          throw error;
        }
      }),
    );
    const synced = input.synced + results.filter((ok) => ok).length;
    const failed = input.failed + results.filter((ok) => !ok).length;
    if (next_cursor !== null) return step.continueAsNew({ cursor: next_cursor, synced, failed });
    return { synced, failed };
  },
);
