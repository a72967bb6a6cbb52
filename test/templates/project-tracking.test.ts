/** Templates that watch over projects, in virtual time. */
import { expect, it } from "vitest";
import onboarding from "../../workflows/templates/project_tracking/onboarding-checklist.ts";
import { endOf, starting, toldBy } from "./support.ts";

const deal = { id: "d-1", name: "Rollout", owner_id: "olga" };
const start = () => starting(onboarding)({ deal }, { deals: [deal] });

it("onboarding-checklist makes the tasks, and tells the owner when all are done", async () => {
  const run = await start();
  const tasks = run.records("tasks");
  expect(tasks).toMatchObject([{ title: "Kick-off call: Rollout", type: "meeting", due_at: "2025-01-04T00:00:00.000Z", assignee_id: "olga" }, {}, {}, { due_at: "2025-01-31T00:00:00.000Z" }]);
  for (const { id } of tasks) await run.publish("task.completed", { id });
  expect([endOf(run), toldBy(run)]).toEqual([{ tasks: 4, done: true }, [[{ users: ["olga"] }, "Rollout is on board"]]]);
});

it("onboarding-checklist tells the managers of what is not done in time", async () => {
  const run = await start();
  await run.publish("task.completed", { id: run.records("tasks")[0]?.id });
  await run.advance("45 days");
  expect([endOf(run), toldBy(run)]).toEqual([{ tasks: 4, done: false }, [[{ role: "manager" }, "The onboarding of Rollout is not done"]]]);
});
