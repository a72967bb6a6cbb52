/**
 * What actions do in a test, by id.
 * @module
 */
import { ActionRefusedError } from "../../authoring/errors.ts";
import { ownSpecs } from "../../schema/actions/index.ts";
import type { AnyEntity } from "../../schema/crm/entity.ts";
import { newRecordSchema } from "../../schema/crm/entity.ts";
import { allEntities, entities } from "../../schema/crm/index.ts";
import type { TestRecord, TestRecords } from "./records.ts";

/** A member of the tenant. */
export interface TestUser {
  id: string;
  name?: string;
  email?: string;
  role?: string;
  team_id?: string | null;
  status?: "active" | "disabled";
}

/** Params as the platform has checked them. */
export type Does = (params: never) => unknown;

interface Circle {
  users?: readonly string[];
  role?: string;
  team_id?: string;
}

const open: Readonly<Record<string, readonly string[]>> = { lead: ["new", "contacted", "qualified"], deal: ["open"], ticket: ["new", "assigned", "in_progress", "pending"], task: ["open", "in_progress"] };

export function testActions(records: TestRecords, users: readonly TestUser[]): Map<string, Does> {
  const members = users.map(({ id, name = id, email = `${id}@example.com`, role = "member", team_id = null, status = "active" }) => ({ id, name, email, role, team_id, status }));
  const within = ({ users: ids, role, team_id }: Circle, status = "active") => members.filter((one) => one.status === status && (ids?.includes(one.id) ?? true) && (role === undefined || one.role === role) && (team_id === undefined || one.team_id === team_id)).sort((one, other) => (one.id < other.id ? -1 : 1));
  const last = new Map<string, string>();
  const given: string[] = [];
  const load = (of: AnyEntity, id: string): number => records.matching(of, { filter: { [of.owner ?? ""]: id, ...(open[of.kind] ? { status: open[of.kind] } : {}) } }).length;
  const made = (of: AnyEntity, values: object): TestRecord => records.create(of, newRecordSchema(of).parse(values));
  let sent = 0;

  const chosen = (of: AnyEntity, { strategy, user_id, among = {} }: { strategy: string; user_id?: string; among?: Circle }): string => {
    if (strategy === "user" && user_id !== undefined) return user_id;
    const candidates = within(among).map(({ id }) => id);
    const [first] = candidates;
    if (first === undefined) throw new ActionRefusedError(`There is nobody to give the ${of.title.toLowerCase()} to.`, "conflict");
    const pool = `${of.kind} ${JSON.stringify(among)}`;
    const next = strategy === "round_robin" ? (candidates.find((id) => id > (last.get(pool) ?? "")) ?? first) : ([...candidates].sort((one, other) => load(of, one) - load(of, other) || given.lastIndexOf(`${of.kind} ${one}`) - given.lastIndexOf(`${of.kind} ${other}`))[0] ?? first);
    last.set(pool, next);
    return next;
  };

  const own: Record<string, Does> = {
    assign: ({ record, keep, ...how }: { record: { type: string; id: string }; keep: boolean; strategy: string; user_id?: string; among?: Circle }) => {
      const of = records.kind(record.type);
      if (of.owner === null) throw new ActionRefusedError(`a ${of.title.toLowerCase()} belongs to nobody`, "bad-request");
      const before = (records.get(of, record.id)[of.owner] ?? null) as string | null;
      if (keep && before !== null) return { record, user_id: before, previous_user_id: before };
      const user = chosen(of, how);
      given.push(`${of.kind} ${user}`);
      records.update(of, record.id, { [of.owner]: user });
      return { record, user_id: user, previous_user_id: before };
    },
    find_users: ({ load_of, limit, status, ...circle }: Circle & { load_of?: string; limit: number; status: string }) => {
      const of = load_of === undefined ? null : records.kind(load_of);
      return within(circle, status).slice(0, limit).map((one) => ({ ...one, load: of ? load(of, one.id) : null }));
    },
    notify: ({ to }: { to: Circle }) => ({ users: within(to).map(({ id }) => id) }),
    create_task: ({ about = [], ...values }: { about?: object | object[] }) => made(entities.task, { ...values, relations: Array.isArray(about) ? about : [about] }),
    create_note: ({ about, ...values }: { about: { type: string; id: string } }) => made(entities.note, { ...values, record_type: about.type, record_id: about.id }),
    log_activity: ({ about, ...values }: { about: { type: string; id: string } }) => made(entities.activity, { ...values, record_type: about.type, record_id: about.id }),
    [ownSpecs.moveStage.id]: ({ id, stage, ...more }: { id: string; stage: string }) => {
      const deal = records.get(entities.deal, id);
      const [found] = records.matching(entities.stage, { filter: { $or: [{ id: stage }, { name: stage, pipeline_id: deal["pipeline_id"] }] } });
      if (!found) throw new ActionRefusedError(`There is no stage ${JSON.stringify(stage)}, by id or by its name in the deal's pipeline.`, "not-found");
      const type = found["type"];
      return records.update(entities.deal, id, { ...more, stage_id: found.id, pipeline_id: found["pipeline_id"], probability: found["probability"], status: type });
    },
    [ownSpecs.convertLead.id]: ({ id, contact_id, company, company_id, deal }: { id: string; contact_id?: string; company?: boolean; company_id?: string; deal?: object }) => {
      const lead = records.get(entities.lead, id);
      if (lead["status"] === "converted") throw new ActionRefusedError(`The lead ${id} is converted already.`, "conflict");
      const { name, email, phone, company_name } = lead;
      const firm = company_id === undefined ? (company && typeof company_name === "string" ? made(entities.company, { name: company_name }) : null) : records.get(entities.company, company_id);
      const person = contact_id === undefined ? made(entities.contact, { name, email, phone, company_id: firm?.id ?? null, tags: lead.tags }) : records.get(entities.contact, contact_id);
      const sale = deal === undefined ? null : made(entities.deal, { name, contact_id: person.id, company_id: firm?.id ?? null, lead_id: id, ...deal });
      return { lead: records.update(entities.lead, id, { status: "converted", contact_id: person.id, company_id: firm?.id ?? null, deal_id: sale?.id ?? null }), contact: person, company: firm, deal: sale };
    },
    send_email: () => ({ id: `mail-${++sent}` }),
    webhook: () => ({ event_id: `event-of-webhook-${++sent}`, delivery_id: `delivery-${sent}` }),
    set_variable: ({ name }: { name: string }) => ({ id: `variable-${name}` }),
  };
  return new Map([...allEntities.flatMap((of) => recordActions(records, of)), ...Object.entries(own)]);
}

function recordActions(records: TestRecords, of: AnyEntity): [string, Does][] {
  interface Given {
    id: string;
    tag: string;
    create?: boolean;
    version?: number;
    values: Record<string, unknown>;
    change: Record<string, unknown>;
  }
  const all: Record<string, (params: Given) => unknown> = {
    find: (params) => records.find(of, params as object),
    count: (params) => records.matching(of, params as object).length,
    get: ({ id }) => records.get(of, id),
    create: ({ values }) => records.create(of, values),
    update: ({ id, change, version }) => records.update(of, id, change, version),
    delete: ({ id, version }) => records.delete(of, id, version),
    add_tag: ({ id, tag, create }) => records.tag(of, id, tag, { add: true, create: create ?? false }),
    remove_tag: ({ id, tag }) => records.tag(of, id, tag, { add: false }),
  };
  return Object.entries(all).map(([verb, does]) => [`crm.${of.path}.${verb}`, does as Does]);
}
