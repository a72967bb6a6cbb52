import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeWorkflow, findWorkflow, generateWorkflow, parseSource, stepsOf, workflowFromSteps } from "../../sdk/graph/index.ts";
import type { WorkflowJsonInput } from "../../sdk/schema/workflow-steps.ts";
import { randomSteps } from "./random-steps.ts";

const seed: WorkflowJsonInput = {
  name: "Auto-assign tickets to available technician",
  description: "Automatically assign new tickets to the technician with the least active tickets",
  category: "ticket_automation",
  trigger_type: "event",
  trigger_config: { event: "ticket.created", filters: { priority: ["high", "critical"], customer_id: null } },
  is_active: true,
  steps: [
    { id: "uuid-1", step_order: 1, step_type: "action", action_type: "query_database", config: { query_type: "find_user", filters: { role: "technician", status: "available" }, order_by: "ticket_count_asc", limit: 1 }, position_x: 10, position_y: 20 },
    { id: "uuid-2", step_order: 2, step_type: "condition", config: { condition: "{{step1.result}} != null", if_true: "step3", if_false: "step4" } },
    { id: "uuid-3", step_order: 3, step_type: "action", action_type: "update_ticket", config: { ticket_id: "{{trigger.ticket.id}}", updates: { assigned_to: "{{step1.result.id}}", status: "assigned" } } },
  ],
};

const made = (json: WorkflowJsonInput): string => {
  const result = workflowFromSteps(json, { unreached: "leave out" });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.source;
};
const body = (steps: WorkflowJsonInput["steps"], more: Partial<WorkflowJsonInput> = {}): string => /=> \{\n([\s\S]*)\n {2}\},\n\);/.exec(made({ name: "A workflow whose options are too long to stand on the line on which it is exported, so that they stand below it", steps, ...more }))?.[1]?.replace(/^ {4}/gm, "") ?? "";
const problems = (steps: WorkflowJsonInput["steps"]): string[] => {
  const result = workflowFromSteps({ name: "x", steps });
  return result.ok ? [] : result.problems.map(({ step, message }) => `${step ?? "-"}: ${message}`);
};

describe("seed E's example", () => {
  test("becomes code as a person writes it", () => {
    expect(made(seed)).toBe(`import { actions, crm, on, workflow } from "everstep";

export default workflow(
  {
    id: "auto-assign-tickets-to-available-technician",
    title: "Auto-assign tickets to available technician",
    description: "Automatically assign new tickets to the technician with the least active tickets",
    on: [on.event("ticket.created", { filter: { priority: ["high", "critical"], customer_id: null } })],
  },
  async ({ input: ticket }) => {
    const technicians = await actions.findUsers({ role: "technician", load_of: "ticket" });
    const [technician] = technicians.toSorted((one, other) => (one.load ?? 0) - (other.load ?? 0));
    if (technician != null) {
      await crm.tickets.update(ticket.id, { assignee_id: technician.id, status: "assigned" });
    }
  },
);
`);
  });

  test("comes back from the code with its names", () => {
    const back = stepsOf(parseSource(made(seed)), "auto-assign-tickets-to-available-technician");
    expect(back).toMatchObject({
      ok: true,
      workflow: {
        name: seed.name,
        trigger_type: "event",
        trigger_config: seed.trigger_config,
        steps: [
          { step_order: 1, step_type: "action", action_type: "query_database", config: { query_type: "find_user", filters: { role: "technician" }, order_by: "ticket_count_asc" } },
          { step_order: 2, step_type: "condition", config: { condition: "{{step1.result}} != null", if_true: "step3", if_false: "end" } },
          { step_order: 3, step_type: "action", action_type: "update_ticket", config: { ticket_id: "{{trigger.ticket.id}}", updates: { assigned_to: "{{step1.result.id}}", status: "assigned" } } },
        ],
      },
    });
  });
});

describe("steps", () => {
  test("with retries are the action in a step, tried as they say", () => {
    const mail = { step_type: "action" as const, action_type: "send_email", config: { to: "{{trigger.ticket.customer.email}}, support@msp.com", subject: "#{{trigger.ticket.number}}", body: "Thanks." }, retry_count: 3, retry_delay_seconds: 60 };
    expect(body([mail], { trigger_type: "event", trigger_config: { event: "ticket.created" } })).toBe(`const customer = ticket.customer_id === null ? null : await crm.contacts.get(ticket.customer_id);
await step.do(
  "send an email",
  { retries: { limit: 3, delay: "1 minute", backoff: "constant" } },
  () => actions.sendEmail({
    to: \`\${customer?.email ?? ""}, support@msp.com\`,
    subject: \`#\${ticket.number ?? ""}\`,
    text: "Thanks.",
  }),
);`);
  });

  test("that jump back are a loop, those with on_failure_step_id are caught", () => {
    const task = (title: string) => ({ step_type: "action" as const, action_type: "create_task", config: { title } });
    expect(body([task("a"), { step_type: "condition", config: { condition: "{{step1.result.status}} == 'open'", if_true: "step1", if_false: "step3" } }, { ...task("b"), on_failure_step_id: "step5", on_success_step_id: "end" }, task("never"), task("c")])).toBe(`while (true) {
  const task = await actions.createTask({ title: "a" });
  if (task.status !== "open") break;
}
try {
  await actions.createTask({ title: "b" });
} catch {
  await actions.createTask({ title: "c" });
}`);
  });

  test("ask for approval, and end when it is refused unless somebody looks at the decision", () => {
    const ask = { step_type: "approval" as const, config: { title: "Renew {{trigger.name}}?", requested_from_role: "manager", expires_in: "5 days" } };
    const note = { step_type: "delay" as const, config: { hours: 36 } };
    expect(body([ask, note])).toContain('if (approval.decision === "approved") {\n  await step.sleep("wait 36 hours", "36 hours");\n}');
    expect(body([ask, { step_type: "condition", config: { condition: "{{step1.decision}} == 'expired'", if_true: "end" } }, note])).not.toContain('"approved"');
  });

  test("that cannot be put into code are named with what is wrong", () => {
    expect(problems([{ step_type: "action", action_type: "fly", config: {} }])).toEqual([expect.stringContaining('step1: step 1: there is no action "fly"')]);
    expect(problems([{ step_type: "action", action_type: "send_email", config: { to: "a@example.com", colour: "red" } }])).toEqual([expect.stringContaining("there is no colour; there are to, cc")]);
    expect(problems([{ step_type: "action", action_type: "create_task", config: { title: "{{step9.result.id}}" } }])).toEqual([expect.stringContaining("names nothing that has a value")]);
    expect(problems([{ step_type: "condition", config: { condition: "process.exit()" } }])).toEqual([expect.stringContaining("has ( where an operator is expected")]);
    expect(problems([{ step_type: "delay", config: { hours: 1 }, on_success_step_id: "end" }, { step_type: "delay", config: { hours: 2 } }])).toEqual(["step2: step 2 is never reached: no step goes on to it"]);
    expect(problems([{ step_type: "condition", config: { condition: "{{trigger.a}}", if_true: "step2", if_false: "step3" } }, { step_type: "delay", config: { hours: 1 }, on_success_step_id: "step3" }, { step_type: "delay", config: { hours: 1 }, on_success_step_id: "step2" }])).toEqual(["step3: step 3: step 3 and step 2 run in a circle that can be entered in more than one place: have every way into it go to the same step", expect.stringContaining("step2: ")]);
  });

  test("of a class or a broken source are refused with the place", () => {
    expect(stepsOf(parseSource('import { WorkflowEntrypoint } from "cloudflare:workers";\nexport class A extends WorkflowEntrypoint { async run(event, step) {} }'), "a")).toMatchObject({ ok: false, problems: [{ start: 64 }] });
    expect(stepsOf(parseSource('import { workflow } from "everstep";\nexport default workflow({ id: "a" }, async () => {\n  const = 1;\n});'), "a")).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining("line 3") }] });
  });
});

/** The workflows of this repository. */
const files = ["workflows", ...readdirSync("workflows/templates", { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [`workflows/templates/${one.name}`] : []))].flatMap((folder) => readdirSync(folder).flatMap((name) => (name.endsWith(".ts") && !name.endsWith(".test.ts") ? [`${folder}/${name}`] : [])));

describe("there and back", () => {
  test("the workflows of this repository, generated again and again, stay what they are", () => {
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const graph = parseSource(readFileSync(file, "utf8"));
      for (const workflow of graph.workflows) {
        const spec = describeWorkflow(graph, workflow);
        if (!spec || workflow.id === null) continue;
        const once = generateWorkflow(spec);
        const again = parseSource(once);
        const found = findWorkflow(again, workflow.id);
        const twice = found && describeWorkflow(again, found);
        expect(twice && generateWorkflow(twice), file).toBe(once);
        const kinds = (of: typeof workflow) => of.body.nodes.map(({ kind, id }) => (kind === "code" ? kind : id));
        expect(found && kinds(found), file).toEqual(kinds(workflow));
      }
    }
  });

  test("the workflows of this repository as steps and as code again are the same steps", () => {
    for (const file of files) {
      const graph = parseSource(readFileSync(file, "utf8"));
      for (const workflow of graph.workflows) {
        const first = stepsOf(graph, workflow);
        if (!first.ok) throw new Error(`${file}: ${first.problems[0]?.message ?? ""}`);
        const source = made(first.workflow);
        const second = stepsOf(parseSource(source), workflow.id ?? "");
        expect(second, file).toMatchObject({ ok: true });
        if (second.ok) expect(made(second.workflow), file).toBe(source);
      }
    }
  });

  test("steps at random → code → steps → code is the same code", () => {
    let same = 0;
    fc.assert(
      fc.property(randomSteps, (steps) => {
        const first = workflowFromSteps({ name: "random", steps }, { unreached: "leave out" });
        if (!first.ok) return;
        const back = stepsOf(parseSource(first.source), "random");
        if (!back.ok) throw new Error(back.problems[0]?.message);
        const second = made(back.workflow);
        const third = stepsOf(parseSource(second), "random");
        if (!third.ok) throw new Error(third.problems[0]?.message);
        expect(made(third.workflow), first.source).toBe(second);
        same += second === first.source ? 1 : 0;
      }),
      { numRuns: 150 },
    );
    expect(same).toBeGreaterThan(60);
  });
});
