import { WorkflowEntrypoint, WorkflowStep, WorkflowEvent } from "cloudflare:workers";

const PAGE = 500;

// Backs up a database, page by page, so that no step's result grows too large
export class BackupWorkflow extends WorkflowEntrypoint<Env, { databaseId: string }> {
  async run(event: WorkflowEvent<{ databaseId: string }>, step: WorkflowStep) {
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: { next: string | null; rows: number } = await step.do(`page ${pages}`, { timeout: "5 minutes" }, async () => {
        const result = await this.env.DB.prepare(`select * from rows where id > ? order by id limit ${PAGE}`).bind(cursor ?? "").all();
        await this.env.BUCKET.put(`backup/${event.instanceId}/${pages}.json`, JSON.stringify(result.results));
        return { next: result.results.length < PAGE ? null : String(result.results.at(-1)!.id), rows: result.results.length };
      });
      cursor = page.next;
      pages++;
      if (pages % 10 === 0) await step.sleep(`breathe ${pages}`, "10 seconds");
    } while (cursor !== null);
    /* Nothing else may be written meanwhile. */
    await step.do("mark complete", async () => void (await this.env.BUCKET.put(`backup/${event.instanceId}/done`, "")));
    return pages;
  }
}
