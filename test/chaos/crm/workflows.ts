/**
 * Workflows that change records while the server is killed. What each is to do comes with its
 * input (./plan.ts), so that the model (./model.ts) knows it; it returns the ids of all that it
 * made: a row that nobody returned was made twice.
 */
import { actions, crm, on, workflow, type Step } from "everstep";
import { z } from "zod";
import type { Op } from "./plan.ts";

export interface Made {
  leads: string[];
  gone: string[];
  contacts: string[];
  tickets: string[];
  deals: string[];
  notes: string[];
  tasks: string[];
  activities: string[];
}

const nothing = (): Made => ({ leads: [], gone: [], contacts: [], tickets: [], deals: [], notes: [], tasks: [], activities: [] });
const again = { retries: { limit: 60, delay: 300, backoff: "constant" as const, jitter: 0.5 } };
const input = z.object({ n: z.number(), shared: z.array(z.string()), ops: z.array(z.unknown()) });

/** Each of the first attempts fails after one call more than the one before it. */
const failing = (attempt: number, fail: number): (() => void) => {
  let calls = 0;
  return () => {
    if (++calls === attempt && attempt <= fail) throw new Error(`attempt ${attempt} fails after ${calls} calls`);
  };
};

/** Reads, adds, writes on condition that nobody else has written. */
async function increase(step: Step, id: string, by: number): Promise<void> {
  for (;;) {
    const { score, version } = await crm.leads.get(id);
    try {
      await crm.leads.update(id, { score: score + by }, { version });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== "version-conflict") throw error;
    }
    await step.sleep("others first", 20 + Math.floor(Math.random() * 200));
  }
}

async function newLead(step: Step, { word, source, tags, assign, convert, fail }: Extract<Op, { op: "lead" }>, made: Made): Promise<void> {
  const { id } = await crm.leads.create({ name: `${word} somebody`, source });
  made.leads.push(id);
  await step.do("prepare", again, async ({ attempt }) => {
    const called = failing(attempt, fail);
    await crm.leads.update(id, { status: "contacted", score: 5 });
    called();
    for (const tag of tags) {
      await crm.leads.addTag(id, tag, { create: true });
      called();
    }
  });
  if (assign) await actions.assign({ record: { type: "lead", id }, strategy: "round_robin", among: { role: "member" } });
  if (convert === "no") return;
  const { contact, deal } = await crm.leads.convert(id, convert === "deal" ? { deal: { value: 1000 } } : {});
  made.contacts.push(contact.id);
  if (deal) made.deals.push(deal.id);
}

async function newDeal(step: Step, { word, moves, fail }: Extract<Op, { op: "deal" }>, made: Made): Promise<void> {
  const { id } = await crm.deals.create({ name: `${word} sale`, value: 500 });
  made.deals.push(id);
  const [first, ...others] = moves;
  if (first !== undefined) await crm.deals.moveStage(id, first);
  await step.do("move", again, async ({ attempt }) => {
    const called = failing(attempt, fail);
    for (const stage of others) {
      await crm.deals.moveStage(id, stage);
      called();
    }
  });
}

function papers(step: Step, lead: string, { notes, tasks, activities, fail }: Extract<Op, { op: "papers" }>): Promise<Pick<Made, "notes" | "tasks" | "activities">> {
  const about = { type: "lead", id: lead };
  return step.do("papers", again, async ({ attempt }) => {
    const called = failing(attempt, fail);
    const times = async <T extends { id: string }>(count: number, make: (at: number) => Promise<T>): Promise<string[]> => {
      const ids: string[] = [];
      for (let at = 0; at < count; at++) {
        ids.push((await make(at)).id);
        called();
      }
      return ids;
    };
    return {
      notes: await times(notes, (at) => actions.createNote({ about, body: `note ${at}` })),
      tasks: await times(tasks, (at) => actions.createTask({ about, title: `task ${at}` })),
      activities: await times(activities, (at) => actions.logActivity({ about, subject: `call ${at}`, type: "call" })),
    };
  });
}

/** Changes of one record that come at the same time: none undoes another. */
async function parallel(step: Step, id: string, { value, tag }: Extract<Op, { op: "parallel" }>): Promise<string> {
  const [note] = await Promise.all([
    step.do("note", again, async () => (await actions.createNote({ about: { type: "lead", id }, body: value })).id),
    step.do("campaign", again, async () => void (await crm.leads.update(id, { campaign: value }))),
    step.do("job", again, async () => void (await crm.leads.update(id, { job_title: value }))),
    crm.leads.update(id, { company_name: value }),
    crm.leads.addTag(id, tag, { create: true }),
  ]);
  return note;
}

async function carryOut(step: Step, { n, shared, ops }: { n: number; shared: string[]; ops: readonly Op[] }): Promise<Made> {
  const made = nothing();
  const join = (more: Partial<Made>): void => {
    for (const [name, ids] of Object.entries(more)) made[name as keyof Made].push(...ids);
  };
  for (const op of ops) {
    const lead = "lead" in op ? (shared[op.lead] ?? "") : "";
    if (op.op === "lead") await newLead(step, op, made);
    else if (op.op === "deal") await newDeal(step, op, made);
    else if (op.op === "score") await increase(step, lead, op.by);
    else if (op.op === "papers") join(await papers(step, lead, op));
    else if (op.op === "parallel") join({ notes: [await parallel(step, lead, op)] });
    else if (op.op === "tags") for (const tag of op.tags) await crm.leads.addTag(lead, tag, { create: true });
    else if (op.op === "variable") await actions.setVariable({ name: op.name, value: op.value });
    else if (op.op === "event") await actions.publishEvent({ type: "chaos.noted", data: { n } });
    else if (op.op === "child") join(await step.invoke("part", child, { n, shared, ops: op.ops }));
    else if (op.op === "tickets")
      join({
        tickets: await step.do("tickets", again, async ({ attempt }) => {
          const called = failing(attempt, op.fail);
          const ids: string[] = [];
          for (const word of op.words) {
            ids.push((await crm.tickets.create({ subject: `${word} is broken` })).id);
            called();
          }
          return ids;
        }),
      });
    else {
      const { id } = await crm.leads.create({ name: `${op.word} nobody`, source: "website" });
      join({ gone: [(await crm.leads.delete(id)).id] });
    }
  }
  return made;
}

export const child = workflow({ id: "crm-child", input, retries: again.retries }, async ({ input, step }) => carryOut(step, { ...input, ops: input.ops as Op[] }));

export const mix = workflow({ id: "crm-mix", input, retries: again.retries, on: [on.api(), on.event("chaos.wanted")] }, async ({ input, step }) => carryOut(step, { ...input, ops: input.ops as Op[] }));

/** Of every referral, whoever made it. */
export const welcome = workflow({ id: "crm-welcome", retries: again.retries, placement: "pooled", on: [on.event("lead.created", { filter: { source: "referral" } })] }, async ({ input }) => {
  const record = { type: "lead", id: input.id };
  const note = await actions.createNote({ about: record, body: "welcome" });
  const { user_id } = await actions.assign({ record, strategy: "round_robin", among: { role: "member" } });
  return { lead: record.id, note: note.id, user: user_id };
});
