import { describe, expect, it } from "vitest";
import { entry } from "../../test/fixtures/hub.ts";
import { objectsOf } from "../domain/ports.ts";
import { clock, day, hour } from "./testing/accounts.ts";
import { env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(objectsOf, time.now);

describe("the report of automations", () => {
  it("says what ran, failed, how long it took, and how many minutes it saved by what each workflow saves", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ id: "hello", title: "Greet" });
    const hub = objectsOf(env).hub(tenant.id);
    const at = time.now();
    await hub.put(entry("a", { workflowId: "hello", createdAt: at - day, status: "completed", completedAt: at - day + 4000, revision: 1 }));
    await hub.put(entry("b", { workflowId: "hello", createdAt: at, status: "completed", completedAt: at + 2000, revision: 1 }));
    await hub.put(entry("c", { workflowId: "hello", createdAt: at, status: "failed", completedAt: at + 1000, revision: 1 }));
    await hub.put(entry("d", { workflowId: "gone", createdAt: at, revision: 1 }));
    const report = async (query: string) => (await tenant.call("GET", `/reports/automations?${query}`)).body as unknown as { data: object[]; totals: object };
    const { data, totals } = await report("interval=day&timezone=Asia/Kathmandu");
    expect(data).toMatchObject([
      { workflow_id: "hello", title: "Greet", started: 1, completed: 1, failed: 0, mean_duration_ms: 4000 },
      { workflow_id: "gone", title: null, started: 1, completed: 0, success_rate: null, minutes_saved: 0 },
      { workflow_id: "hello", started: 2, completed: 1, failed: 1, success_rate: 0.5, minutes_saved: 5 },
    ]);
    expect(totals).toMatchObject({ started: 4, completed: 2, failed: 1, mean_duration_ms: 3000, minutes_saved: 10 });
    expect((await tenant.call("PUT", "/reports/automations/workflows/hello", { minutes_saved: 12 })).body).toEqual({ workflow_id: "hello", minutes_saved: 12 });
    expect((await report("workflow_id=hello")).totals).toMatchObject({ started: 3, minutes_saved: 24, by_workflow: [{ workflow_id: "hello", minutes_per_execution: 12 }] });
    const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    expect((await report(`from=${iso(at - day)}&to=${iso(at - hour)}`)).totals).toMatchObject({ started: 1, completed: 1 });
  });

  it("keeps what executions did when they are forgotten", async () => {
    const tenant = await h.newTenant();
    const hub = objectsOf(env).hub(tenant.id);
    await hub.put(entry("a", { createdAt: time.now(), status: "completed", completedAt: time.now() + 1, revision: 1 }));
    await hub.forget(["a"]);
    expect((await tenant.call("GET", "/reports/automations")).body).toMatchObject({ totals: { started: 1, completed: 1 } });
  });
});
