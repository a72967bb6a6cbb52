/**
 * The third chaos run: records that workflows and clients make and change at the same time,
 * under the same kills as ../chaos.ts, held against a model at the end.
 * @module
 */
import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import { bundle } from "../../support/bundle.ts";
import { type Server, startServer } from "../../support/server.ts";
import { Caller } from "../bus/caller.ts";
import { pause } from "../pause.ts";
import { collect } from "./collect.ts";
import { Database } from "./database.ts";
import { CrmDriver } from "./driver.ts";
import type { Evidence } from "./evidence.ts";
import { modelOf } from "./model.ts";
import { type CrmOptions, makeCrmPlan, sharedLeads } from "./plan.ts";
import { checkInterface } from "./verify-interface.ts";
import { verifyCrm } from "./verify.ts";

export interface CrmReport extends Pick<CrmOptions, "seed" | "kills" | "items"> {
  executions: number;
  steps: number;
  /** Changes that workflows had made, exactly once each. */
  actions: number;
  records: number;
  history: number;
  events: number;
  /** Starts and calls that got no answer at first. */
  unanswered: number;
  conflicts: number;
  /** Attempts of steps beyond the first. */
  repeated_attempts: number;
  forgotten: number;
  violations: string[];
  settled_ms: number;
  ms: number;
  server_output: string;
}

/** @param say told how it goes, a line at a time */
export async function chaosCrm(options: CrmOptions, say: (line: string) => void = () => {}): Promise<CrmReport> {
  const began = Date.now();
  const plan = makeCrmPlan(options);
  const model = modelOf(plan);
  let server: Server | undefined;
  let forgotten = 0;
  try {
    server = await startServer();
    const { api } = server;
    const { tenant, members, shared } = await prepare(server);
    await api.deploy(await bundle("./workflows.ts", import.meta.url));
    const caller = new Caller(server);
    const driver = new CrmDriver(caller, shared);
    for (const [round, ms] of plan.killAfterMs.entries()) {
      await api.expect(api.get("/executions?limit=1"), 200);
      driver.launch(plan.starts.filter((one) => one.round === round), plan.calls.filter((one) => one.round === round));
      await pause(ms);
      caller.down();
      await server.kill();
      const carriedOut = Database.use(server.folder, tenant, (database) => {
        const known = database.count("action_results");
        if (options.fault === "forget") forgotten += database.forget();
        return known;
      });
      say(`kill ${round + 1} of ${options.kills}, ${ms} ms after its first answer: ${driver.through} starts and calls through, ${carriedOut} actions carried out`);
      await server.start();
      caller.up();
    }
    const lastStart = Date.now();
    await driver.settled();
    const views = await collect(caller, plan, model, lastStart + options.patienceMs);
    const settledMs = Date.now() - lastStart;
    say(`all ended or given up, ${settledMs} ms after the last restart`);
    const seen = await checkInterface(caller, plan, model);
    await server.kill();
    const evidence = { plan, model, views, shared, members, started: driver.started, made: driver.made };
    const { violations, counts } = Database.use(server.folder, tenant, (database) => ({ violations: verifyCrm(database, evidence), counts: countsOf(database, evidence) }));
    const { seed, kills, items } = options;
    return { seed, kills, items, ...counts, unanswered: driver.unanswered, conflicts: driver.conflicts, forgotten, violations: [...driver.violations, ...seen, ...violations], settled_ms: settledMs, ms: Date.now() - began, server_output: server.output };
  } finally {
    await server?.stop();
  }
}

function countsOf(database: Database, { views }: Pick<Evidence, "views">) {
  const all = [...views.values()].flat();
  const steps = all.flatMap(({ steps }: ExecutionView) => steps);
  return {
    executions: all.length,
    steps: steps.length,
    actions: database.count("action_results"),
    records: ["leads", "contacts", "deals", "tickets", "tasks", "notes", "activities"].reduce((sum, table) => sum + database.count(table), 0),
    history: database.count("audit_events"),
    events: database.count("events"),
    repeated_attempts: steps.reduce((sum, { attempt }) => sum + Math.max(0, attempt - 1), 0),
  };
}

/** Members besides those of the demo, and the leads that all share. */
async function prepare(server: Server): Promise<{ tenant: string; members: string[]; shared: string[] }> {
  const { api, keys } = server;
  const operator = server.as(keys.operatorKey);
  const { data } = await api.expect(operator.get<{ data: { id: string; slug: string }[] }>("/operator/tenants"), 200);
  const tenant = data.find(({ slug }) => slug === "demo")?.id ?? "";
  const person = (n: number) => api.expect(operator.post<{ id: string }>(`/operator/tenants/${tenant}/people`, { email: `chaos-${n}@example.com`, name: `Chaos ${n}`, role: "member", password: "seven green apples fall" }), 201);
  for (const n of [1, 2]) await person(n);
  const { data: members } = await api.expect(api.get<{ data: { id: string }[] }>("/users?role=member&status=active"), 200);
  const shared: string[] = [];
  for (let n = 0; n < sharedLeads; n++) shared.push((await api.expect(api.post<{ id: string }>("/leads", { name: `shared ${n}` }), 201)).id);
  return { tenant, members: members.map(({ id }) => id), shared };
}
