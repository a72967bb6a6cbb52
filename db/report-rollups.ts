/**
 * Sums over the roll-ups of one tenant's records: grouped reads, which tenantDb has not got.
 * The tenant is named by the caller, who has it from an actor, and leads every key that is
 * read here.
 * @module
 */
import { sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

/** As worker/domain/reports/segments.ts makes them. */
type Buckets = readonly (readonly [period: number, size: string, from: number, to: number, sign: number])[];

export interface FlowQuery {
  kind: string;
  field: string;
  view: "all" | "owner" | "source";
  /** Owners or sources, as the view has them; null: each there is. */
  members: readonly string[] | null;
  /** Of the view by owners: only this source. */
  source: string | null;
  /** Only this group: a pipeline, a priority. */
  group: string | null;
  /** Tell members apart. */
  apart: boolean;
  buckets: Buckets;
}

export interface Flow {
  period: number;
  /** Owner or source, when told apart. */
  member: string;
  source: string;
  from: string;
  to: string;
  group: string;
  currency: string;
  count: number;
  timed: number;
  duration: number;
  amount: number;
}

/** Members are found one after another in the key, months being few: not by reading all that they did. */
const eachMember = (tenant: string, { kind, field, view }: FlowQuery): SQL => {
  const mine = sql`tenant_id = ${tenant} and kind = ${kind} and field = ${field} and view = ${view} and size = 'month'`;
  return sql`with recursive members(value) as (select min(member) from record_rollups where ${mine} union all select (select min(member) from record_rollups where ${mine} and member > members.value) from members where members.value is not null)`;
};

export function flowStatement(tenant: string, query: FlowQuery): SQL {
  const { kind, field, view, members, source, group, apart, buckets } = query;
  const [before, from] = members === null ? [eachMember(tenant, query), sql`members`] : [sql``, sql`json_each(${JSON.stringify(members)}) as members`];
  const [member, bySource] = apart ? [sql`r.member`, sql`r.source`] : [sql`''`, sql`''`];
  return sql`${before} select s.value ->> 0 as period, ${member} as member, ${bySource} as source, r.from_value as "from", r.to_value as "to", r.group_id as "group", r.currency as currency,
    sum(r.count * (s.value ->> 4)) as count, sum(r.timed * (s.value ->> 4)) as timed, sum(r.duration * (s.value ->> 4)) as duration, sum(r.amount * (s.value ->> 4)) as amount
    from ${from} cross join json_each(${JSON.stringify(buckets)}) as s cross join record_rollups as r
    where r.tenant_id = ${tenant} and r.kind = ${kind} and r.field = ${field} and r.view = ${view} and r.size = s.value ->> 1 and r.member = members.value and r.bucket >= s.value ->> 2 and r.bucket < s.value ->> 3
    ${source === null ? sql`` : sql`and r.source = ${source}`} ${group === null ? sql`` : sql`and r.group_id = ${group}`}
    group by 1, 2, 3, 4, 5, 6, 7 having sum(r.count * (s.value ->> 4)) <> 0`;
}

export function readFlows(d1: D1Database, tenant: string, query: FlowQuery): Promise<Flow[]> {
  return drizzle(d1).all<Flow>(flowStatement(tenant, query));
}

export const currentColumns = ["status", "owner_id", "source", "group_id", "stage_id", "currency", "month"] as const;
export type CurrentColumn = (typeof currentColumns)[number];

export interface CurrentQuery {
  kind: string;
  by: readonly CurrentColumn[];
  statuses: readonly string[] | null;
  owners: readonly string[] | null;
  source: string | null;
}

export type Current = Partial<Record<CurrentColumn, string>> & { count: number; amount: number };

const among = (column: SQL, values: readonly string[] | null): SQL => (values === null ? sql`` : sql`and ${column} in (select value from json_each(${JSON.stringify(values)}))`);

export function currentStatement(tenant: string, { kind, by, statuses, owners, source }: CurrentQuery): SQL {
  const columns = sql.join(by.map((name) => sql.identifier(name)), sql`, `);
  const group = by.length === 0 ? sql`` : sql`group by ${columns}`;
  return sql`select ${by.length === 0 ? sql`` : sql`${columns},`} coalesce(sum(count), 0) as count, coalesce(sum(amount), 0) as amount from record_current
    where tenant_id = ${tenant} and kind = ${kind} ${among(sql`status`, statuses)} ${among(sql`owner_id`, owners)} ${source === null ? sql`` : sql`and source = ${source}`} ${group}`;
}

export function readCurrent(d1: D1Database, tenant: string, query: CurrentQuery): Promise<Current[]> {
  return drizzle(d1).all<Current>(currentStatement(tenant, query));
}
