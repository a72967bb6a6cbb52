// Contacts that leads became, and deals on their way through one pipeline.
import { generateNKeysBetween } from "fractional-indexing";
import { companyHeads, companyTails } from "./vocabulary.mjs";

const day = 86_400_000;
const nobody = { custom: {}, tags: [], created_by: null, deleted_at: null, merged_into: null };

/** @param lead a converted one */
export function contactOf(lead, chance) {
  const at = lead.converted_at;
  return {
    ...nobody,
    id: chance.id(at),
    version: 1,
    created_at: at,
    updated_at: at,
    ...Object.fromEntries(["name", "email", "phone", "job_title", "source", "description", "owner_id", "team_id"].map((name) => [name, lead[name]])),
    company_id: null,
    status: "active",
    birthday: null,
    tax_id: null,
    address: null,
    category_id: null,
    do_not_contact: 0,
    external_id: null,
    lead_id: lead.id,
  };
}

/** @param stages in their order, the last two won and lost */
export function dealsOf({ count, chance, from, to, owners, contacts, stages, pipeline }) {
  const open = stages.slice(0, -2);
  const [won, lost] = stages.slice(-2);
  const deals = Array.from({ length: count }, (_, index) => {
    const at = Math.floor(from + (to - from) * ((index + chance.next()) / count) ** 0.75);
    const way = [{ stage: open[0], at }];
    const ends = chance.maybe(0.4) ? (chance.maybe(0.6) ? won : lost) : null;
    const steps = [...open.slice(1, ends === won ? undefined : 1 + chance.below(open.length)), ...(ends ? [ends] : [])];
    for (const stage of steps) {
      const next = way.at(-1).at + Math.ceil(chance.next() ** 2 * 30 * day);
      if (next >= to) break;
      way.push({ stage, at: next });
    }
    const { stage, at: since } = way.at(-1);
    const status = stage === won ? "won" : stage === lost ? "lost" : "open";
    const contact = chance.of(contacts);
    const row = {
      ...nobody,
      id: chance.id(at),
      version: way.length,
      created_at: at,
      updated_at: since,
      name: `${chance.of(companyHeads)} ${chance.of(companyTails)} ${index}`,
      pipeline_id: pipeline,
      stage_id: stage.id,
      value: Math.ceil(chance.next() ** 3 * 50_000_00),
      currency: chance.maybe(0.9) ? "BRL" : "USD",
      status,
      lost_reason: status === "lost" ? "price" : null,
      expected_close: new Date(at + chance.below(120) * day).toISOString().slice(0, 10),
      channel: contact.source,
      contact_id: contact.id,
      company_id: null,
      lead_id: contact.lead_id,
      agent_id: null,
      description: null,
      external_id: null,
      owner_id: chance.early(owners),
      team_id: null,
      probability: stage.probability,
      rank: null,
      stage_changed_at: since,
      status_changed_at: status === "open" ? at : since,
      closed_at: status === "open" ? null : since,
    };
    return { row, way, status };
  });
  for (const stage of stages) {
    const here = deals.filter(({ row }) => row.stage_id === stage.id);
    for (const [index, rank] of generateNKeysBetween(null, null, here.length).entries()) here[index].row.rank = rank;
  }
  return deals;
}
