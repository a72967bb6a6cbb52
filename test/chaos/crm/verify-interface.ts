/**
 * What the interface says at the end: reports against lists, sums against a recount, search.
 * @module
 */
import type { Caller } from "../bus/caller.ts";
import type { Model } from "./model.ts";
import { type CrmPlan, sharedLeads } from "./plan.ts";
import { differs } from "./evidence.ts";

type Counts = Record<string, unknown>;
interface Report {
  data: Counts[];
  totals: Counts & { by_status?: { status: string; now: number }[] };
}

export async function checkInterface(caller: Caller, plan: CrmPlan, model: Model): Promise<string[]> {
  const parts = await Promise.all([checkReports, checkSearch].map((check) => check(caller, plan, model).catch((error: unknown) => [String(error)])));
  return parts.flat();
}

/** @throws Error with what came instead */
async function ask<T>(caller: Caller, path: string): Promise<T> {
  const { status, body } = await caller.get<T>(path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function checkReports(caller: Caller, { calls }: CrmPlan, { starts }: Model): Promise<string[]> {
  const report = (name: string): Promise<Report> => ask(caller, `/reports/${name}`);
  const total = async (path: string): Promise<number> => (await ask<{ pagination: { total: number } }>(caller, `${path}${path.includes("?") ? "&" : "?"}count=true&limit=1`)).pagination.total;
  const [leads, tickets, deals] = [await report("leads"), await report("tickets"), await report("pipelines")];
  const owns = [...starts.values()];
  const sum = (of: (own: (typeof owns)[number]) => number): number => owns.reduce((all, own) => all + of(own), 0);
  const byClients = (kind: string): number => calls.filter(({ call }) => call.kind === kind).length;
  const there = sharedLeads + sum((own) => own.leads.length) + byClients("lead");
  const ended = (status: string): number => sum((own) => own.deals.filter(({ statuses }) => statuses.at(-1) === status).length);
  const counted: [string, unknown, unknown][] = [
    ["leads created, deleted, converted, now", ["created", "deleted", "converted", "now"].map((name) => leads.totals[name]), [there + sum((own) => own.gone), sum((own) => own.gone), sum((own) => own.contacts), there]],
    ["leads in the list", await total("/leads"), there],
    ["tickets created, open now", [tickets.totals["created"], tickets.totals["open_now"]], Array(2).fill(await total("/tickets"))],
    ["deals created", deals.totals["created"], await total("/deals")],
    ["open deals", deals.data.reduce((all, row) => all + Number(row["open_now"]), 0), await total("/deals?status=open")],
    ["deals in the list, by how they ended", [await total("/deals?status=won"), await total("/deals?status=lost")], [ended("won"), ended("lost")]],
    ["deals that came into a stage", deals.data.reduce((all, row) => all + Number(row["entered"]), 0), sum((own) => own.deals.reduce((all, { stages }) => all + stages.length, 0)) + byClients("deal")],
  ];
  for (const { status, now } of leads.totals.by_status ?? []) counted.push([`leads that are ${status}`, now, await total(`/leads?status=${status}`)]);
  const rebuilt = await caller.post<{ differing: unknown }>("/reports/rebuild", {}, "recount");
  return [...counted.flatMap(([what, found, expected]) => differs(what, found, expected)), ...differs("sums of reports that a recount puts right", rebuilt.body.differing, {})];
}

/** Each of them has a word that no other has. */
async function checkSearch(caller: Caller, { calls }: CrmPlan, { starts }: Model): Promise<string[]> {
  const words = (kind: string, of: readonly (string | null)[]) => of.flatMap((word) => (word === null ? [] : [{ kind, word }]));
  const wanted = [
    ...[...starts.values()].flatMap(({ leads, deals, tickets }) => [...words("lead", leads.map(({ word }) => word)), ...words("deal", deals.map(({ word }) => word)), ...words("ticket", tickets)]),
    ...calls.flatMap(({ call }) => ("word" in call ? words(call.kind, [call.word]) : [])),
  ];
  const found: string[] = [];
  const search = async (): Promise<void> => {
    for (let one = wanted.pop(); one !== undefined; one = wanted.pop()) {
      const { data } = await ask<{ data: unknown[] }>(caller, `/search?q=${one.word}&kinds=${one.kind}`);
      if (data.length !== 1) found.push(`the search for the ${one.kind} ${one.word} finds ${data.length}`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, search));
  return found;
}
