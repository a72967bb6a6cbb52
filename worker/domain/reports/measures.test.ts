/** What happens to a record once, and how long it took; what the plans of reports read. */
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { currentStatement, flowStatement } from "../../../db/report-rollups.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { env } from "../../http/testing/harness.ts";
import { transitionsOf } from "../records/transitions.ts";

const [made, minute] = [Date.UTC(2026, 10, 1), 60_000];
const row = (more: Record<string, unknown>): RecordRow => ({ id: "r", version: 1, custom: {}, tags: [], created_at: made, updated_at: made, created_by: null, deleted_at: null, merged_into: null, status: "new", priority: "high", channel: "email", assignee_id: "ann", ...more });
const said = (of: AnyEntity, now: number, before: object | null, after: object) =>
  transitionsOf({ now }, of, { before: before && row({ ...before }), after: row({ ...after }) }).map(({ field, from_value, to_value, at, since }) => ({ field, from_value, to_value, took: since === null ? null : at - since }));

describe("the history of a record", () => {
  const ticket = entities.ticket;

  it("says whether something was done in time, and how long it took", () => {
    const due = { first_response_due_at: made + 10 * minute };
    expect(said(ticket, made + 5 * minute, due, { ...due, first_responded_at: made + 5 * minute })).toEqual([{ field: "first_responded_at", from_value: null, to_value: "met", took: 5 * minute }]);
    expect(said(ticket, made + 20 * minute, due, { ...due, first_responded_at: made + 11 * minute })).toEqual([{ field: "first_responded_at", from_value: null, to_value: "late", took: 11 * minute }]);
    expect(said(ticket, made + minute, {}, { resolved_at: made + minute })).toEqual([{ field: "resolved_at", from_value: null, to_value: "set", took: minute }]);
  });

  it("says it once: not when the time is corrected, nor when the record goes and comes back", () => {
    const answered = { first_responded_at: made + minute };
    expect(said(ticket, made + 2 * minute, answered, { first_responded_at: made + 2 * minute })).toEqual([]);
    expect(said(ticket, made + 2 * minute, answered, { ...answered, deleted_at: made + 2 * minute }).map(({ field }) => field)).toEqual(["status"]);
    expect(said(ticket, made + 3 * minute, { ...answered, deleted_at: made + 2 * minute }, answered)).toEqual([{ field: "status", from_value: null, to_value: "new", took: minute }]);
  });

  it("has each thing a customer says", () => {
    expect(said(ticket, made, {}, { satisfaction: 4 })).toMatchObject([{ field: "satisfaction", from_value: null, to_value: "4" }]);
    expect(said(ticket, made, { satisfaction: 4 }, { satisfaction: 5 })).toMatchObject([{ from_value: "4", to_value: "5" }]);
    expect(said(ticket, made, { satisfaction: 5 }, { satisfaction: null })).toEqual([]);
  });

  it("tells a deal that comes into a stage from nowhere from one that is restored", () => {
    const stages = (now: number, before: object | null, after: object) => said(entities.deal, now, before, after).filter(({ field }) => field === "stage_id");
    expect(stages(made, {}, { stage_id: "s" })).toMatchObject([{ from_value: "", to_value: "s" }]);
    expect(stages(made, { stage_id: "s", deleted_at: made }, { stage_id: "s" })).toMatchObject([{ from_value: null, to_value: "s", took: 0 }]);
  });
});

describe("what reports read", () => {
  const plan = async (statement: Parameters<SQLiteSyncDialect["sqlToQuery"]>[0]): Promise<string[]> => {
    const { sql, params } = new SQLiteSyncDialect().sqlToQuery(statement);
    const { results } = await env.DB.prepare(`explain query plan ${sql}`).bind(...params).all<{ detail: string }>();
    return results.map(({ detail }) => detail);
  };
  const base = { kind: "lead", field: "status", source: null, group: null, apart: true, buckets: [] } as const;

  it("is the part of the roll-ups that the period, and the owner or source, are in; never records", async () => {
    for (const query of [{ ...base, view: "all" as const, members: [""] }, { ...base, view: "owner" as const, members: ["ann", "bob"] }, { ...base, view: "owner" as const, members: null }, { ...base, view: "source" as const, members: null }]) {
      const details = await plan(flowStatement("t", query));
      expect(details.join("\n")).toContain("SEARCH r USING PRIMARY KEY (tenant_id=? AND kind=? AND field=? AND view=? AND size=? AND member=? AND bucket>? AND bucket<?)");
      for (const detail of details) expect(detail).not.toMatch(/SCAN (?!members|s\b|CONSTANT)|leads|record_transitions/);
    }
  });

  it("is, of how things are now, one kind of one tenant", async () => {
    const details = await plan(currentStatement("t", { kind: "lead", by: ["status"], statuses: ["new"], owners: ["ann"], source: null }));
    expect(details.join("\n")).toMatch(/SEARCH record_current USING PRIMARY KEY \(tenant_id=\? AND kind=\? AND status=\?/);
    for (const detail of details) expect(detail).not.toMatch(/SCAN (?!json_each)|leads/);
  });
});
