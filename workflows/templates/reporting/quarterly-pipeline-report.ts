import { actions, crm, on, workflow } from "everstep";

interface Line {
  stage: string;
  deals: number;
  sums: Record<string, number>;
}

/**
 * On the first day of a quarter mails the managers how many deals are open in each stage of
 * each pipeline, and what they are worth, by currency.
 *
 * @variable [REPORT_ROLE=manager] Role that gets the report
 * @needs Members with that role
 */
export default workflow(
  {
    id: "quarterly-pipeline-report",
    title: "Quarterly pipeline report",
    description: "Mail the managers the open deals of every pipeline at the beginning of a quarter",
    on: [on.schedule("0 7 1 1,4,7,10 *"), on.manual()],
  },
  async ({ vars, step }) => {
    const parts: string[] = [];
    for (const pipeline of await crm.pipelines.find({ sort: "position" })) {
      const stages = await crm.stages.find({ filter: { pipeline_id: pipeline.id, type: "open" } });
      const lines: Line[] = [];
      for (const { id, name } of stages.sort((one, other) => (one.position ?? 0) - (other.position ?? 0))) {
        const line = await step.do("sum a stage up", async (): Promise<Line> => {
          const sums: Record<string, number> = {};
          let deals = 0;
          let cursor: string | null = null;
          do {
            const { data, next_cursor }: Awaited<ReturnType<typeof crm.deals.page>> = await crm.deals.page({ filter: { stage_id: id, status: "open" }, limit: 200, cursor });
            for (const { currency, value } of data) sums[currency] = (sums[currency] ?? 0) + value;
            deals += data.length;
            cursor = next_cursor;
          } while (cursor !== null);
          return { stage: name, deals, sums };
        });
        lines.push(line);
      }
      const sum = ({ sums }: Line) => Object.keys(sums).sort().map((currency) => `${((sums[currency] ?? 0) / 100).toFixed(2)} ${currency}`).join(" + ");
      parts.push([pipeline.name, ...lines.map((line) => `  ${line.stage}: ${line.deals} ${line.deals === 1 ? "deal" : "deals"}, ${sum(line) || "0"}`)].join("\n"));
    }

    const readers = await actions.findUsers({ role: String(vars["REPORT_ROLE"] ?? "manager") });
    if (readers.length > 0) await actions.sendEmail({ to: readers.map(({ email }) => email), subject: "Pipelines at the beginning of the quarter", text: parts.join("\n\n") });
    return { pipelines: parts.length, mailed: readers.length };
  },
);
