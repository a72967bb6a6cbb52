/**
 * What has to be there at the end, counted from the plan alone.
 * @module
 */
import { type CrmPlan, type Op, sharedLeads, stages } from "./plan.ts";

/** A lead that all share, by its place. */
export interface SharedLead {
  score: number;
  version: number;
  tags: Set<string>;
  notes: number;
  tasks: number;
  activities: number;
}

export type OwnLead = Pick<Extract<Op, { op: "lead" }>, "word" | "source" | "tags" | "assign" | "convert">;

/** A deal: the stages it has been in, and its status in each. */
export interface OwnDeal {
  word: string | null;
  stages: string[];
  statuses: string[];
}

/** What one execution, or a client, has made, in that order. */
export interface Own {
  leads: OwnLead[];
  deals: OwnDeal[];
  gone: number;
  contacts: number;
  tickets: string[];
  notes: number;
  tasks: number;
  activities: number;
}

export interface Model {
  /** By the number of the start. */
  starts: Map<number, Own>;
  shared: SharedLead[];
  tags: Set<string>;
  variables: Map<string, string[]>;
  children: number;
  /** Leads that `crm-welcome` hears of. */
  referrals: number;
  assigned: number;
  noted: number;
  /** Calls of actions that change something. */
  actions: number;
  /** Records that clients make. */
  requested: number;
  /** Versions of all records together: so many entries of history there are, and so many events. */
  versions: number;
}

const empty = (): Own => ({ leads: [], deals: [], gone: 0, contacts: 0, tickets: [], notes: 0, tasks: 0, activities: 0 });

const statusIn = (stage: string): string => ({ Won: "won", Lost: "lost" })[stage] ?? "open";

export function dealOf(word: string | null, moves: readonly string[]): OwnDeal {
  const all = [stages[0], ...moves];
  return { word, stages: all, statuses: all.map(statusIn).filter((status, at, before) => at === 0 || status !== before[at - 1]) };
}

export function modelOf({ starts, calls }: CrmPlan): Model {
  const shared = Array.from({ length: sharedLeads }, (): SharedLead => ({ score: 0, version: 1, tags: new Set(), notes: 0, tasks: 0, activities: 0 }));
  const model: Model = { starts: new Map(), shared, tags: new Set(), variables: new Map(), children: 0, referrals: 0, assigned: 0, noted: 0, actions: 0, requested: 0, versions: 0 };
  for (const { n, ops } of starts) {
    const own = empty();
    for (const op of ops) count(model, own, op);
    model.starts.set(n, own);
  }
  for (const { call } of calls) {
    if (call.kind !== "score") model.requested++;
    if (call.kind === "lead" && call.source === "referral") refer(model);
    if (call.kind === "note") at(shared, call.lead).notes++;
    if (call.kind === "score") change(at(shared, call.lead), call.by);
  }
  for (const lead of shared) lead.version += lead.tags.size;
  model.versions = versionsOf(model);
  return model;
}

/** As often as the lead is changed: contacted, and given to somebody, besides tags and conversion. */
export const versionOf = ({ tags, convert }: OwnLead): number => 3 + tags.length + Number(convert !== "no");

/** Of what there is besides, each record has one version; those that are deleted two, leads that are heard of one more. */
function versionsOf({ starts, shared, tags, referrals, requested }: Model): number {
  const owns = [...starts.values()];
  const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
  const leads = owns.flatMap((own) => own.leads);
  const pipelineWithStages = 1 + stages.length;
  const given = referrals - leads.filter(({ source }) => source === "referral").length;
  return sum([
    ...shared.map(({ version }) => version),
    ...leads.map(versionOf),
    ...owns.flatMap((own) => own.deals.map(({ stages }) => stages.length)),
    ...owns.map(({ gone, contacts, tickets, notes, tasks, activities }) => 2 * gone + contacts + tickets.length + notes + tasks + activities),
    tags.size,
    pipelineWithStages,
    referrals,
    requested,
    given,
  ]);
}

function count(model: Model, own: Own, op: Op): void {
  const lead = "lead" in op ? at(model.shared, op.lead) : null;
  const tag = (names: readonly string[]): void => {
    for (const name of names) {
      model.tags.add(name);
      lead?.tags.add(name);
    }
  };
  model.actions += callsOf(op);
  if (op.op === "lead") {
    own.leads.push(op);
    tag(op.tags);
    if (op.source === "referral") refer(model);
    if (op.assign) model.assigned++;
    if (op.convert !== "no") own.contacts++;
    if (op.convert === "deal") own.deals.push(dealOf(null, []));
  } else if (op.op === "tickets") own.tickets.push(...op.words);
  else if (op.op === "deal") own.deals.push(dealOf(op.word, op.moves));
  else if (op.op === "tags") tag(op.tags);
  else if (op.op === "variable") model.variables.set(op.name, [...(model.variables.get(op.name) ?? []), op.value]);
  else if (op.op === "gone") own.gone++;
  else if (op.op === "event") model.noted++;
  else if (op.op === "score" && lead) change(lead, op.by);
  else if (op.op === "papers" && lead) {
    for (const name of ["notes", "tasks", "activities"] as const) {
      own[name] += op[name];
      lead[name] += op[name];
    }
  } else if (op.op === "parallel" && lead) {
    own.notes++;
    lead.notes++;
    lead.version += 3;
    tag([op.tag]);
  } else if (op.op === "child") {
    model.children++;
    for (const one of op.ops) count(model, own, one);
  }
}

/** How many calls of actions it makes itself. */
function callsOf(op: Op): number {
  if (op.op === "lead") return 2 + op.tags.length + Number(op.assign) + Number(op.convert !== "no");
  if (op.op === "tickets") return op.words.length;
  if (op.op === "deal") return 1 + op.moves.length;
  if (op.op === "papers") return op.notes + op.tasks + op.activities;
  if (op.op === "tags") return op.tags.length;
  return { score: 1, parallel: 5, variable: 1, gone: 2, event: 1, child: 0 }[op.op];
}

function refer(model: Model): void {
  model.referrals++;
  model.assigned++;
  model.actions += 2;
}

function change(lead: SharedLead, by: number): void {
  lead.score += by;
  lead.version++;
}

function at(shared: readonly SharedLead[], place: number): SharedLead {
  const found = shared[place];
  if (!found) throw new Error(`there is no shared lead ${place}`);
  return found;
}
