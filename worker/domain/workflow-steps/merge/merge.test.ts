import { describe, expect, it } from "vitest";
import { applyChanges } from "../../../../sdk/graph/edit/index.ts";
import { describeWorkflow } from "../../../../sdk/graph/generate/describe-workflow.ts";
import type { NodeSpec } from "../../../../sdk/graph/generate/spec.ts";
import { generateWorkflow } from "../../../../sdk/graph/generate/workflow.ts";
import { parseSource, type SourceGraph, type WorkflowGraph } from "../../../../sdk/graph/index.ts";
import type { Tree } from "./align.ts";
import { mergeBlocks } from "./merge.ts";

const written = `import { actions, crm, on, workflow } from 'everstep'

/* kept as it is */
export default workflow({
    id: 'hand', // by hand
    on: [ on.event('ticket.created') ],
  }, async ({ input: ticket, step }) => {
  // Tell them.   Twice.
  const mail = await actions.sendEmail({ to: "a@example.com",
      subject: 'Hi', text: \`Dear \${ ticket.number }\` }) // sent

  if( ticket.priority === 'high' ){
        // urgent
        await step.sleep('a while',   "1 hour")
        await crm.tickets.update( ticket.id, { status: 'assigned', assignee_id: 'x' } )
  } else await step.sleep('long', '1 day')

  /** The end. */
  return { id: mail.id }
})
`;

const opened = (source: string): { graph: SourceGraph; workflow: WorkflowGraph } => {
  const graph = parseSource(source);
  const workflow = graph.workflows[0];
  if (!workflow || graph.errors.length > 0) throw new Error(`no workflow in ${source}`);
  return { graph, workflow };
};
const tree = ({ graph, workflow }: ReturnType<typeof opened>): Tree => ({ graph, step: workflow.step });

/** The source with what is done to its description carried over. */
function merged(source: string, change: (body: NodeSpec[]) => readonly NodeSpec[]): string {
  const mine = opened(source);
  const spec = describeWorkflow(mine.graph, mine.workflow);
  if (!spec) throw new Error("not described");
  const was = opened(generateWorkflow(spec));
  const now = opened(generateWorkflow({ ...spec, body: change([...spec.body]) }));
  return applyChanges(source, mergeBlocks({ mine: { ...tree(mine), declared: new Set<string>() }, was: tree(was), now: tree(now) }, mine.workflow.body, was.workflow.body, now.workflow.body));
}

const nap: NodeSpec = { kind: "sleep", name: "nap", args: [{ form: "literal", value: "1 minute" }] };
const lines = (one: string, other: string) => ({ gone: one.split("\n").filter((line) => !other.split("\n").includes(line)), come: other.split("\n").filter((line) => !one.split("\n").includes(line)) });

/** A statement by its place. */
const at = <Kind extends NodeSpec["kind"]>(body: readonly NodeSpec[], index: number, kind: Kind): Extract<NodeSpec, { kind: Kind }> => {
  const node = body[index];
  if (node?.kind !== kind) throw new Error(`there is ${node?.kind} at ${index}`);
  return node as Extract<NodeSpec, { kind: Kind }>;
};

describe("a change of code that was written by hand", () => {
  it("is none when nothing is changed", () => {
    expect(merged(written, (body) => body)).toBe(written);
  });

  it("puts a new statement between, and touches no other byte", () => {
    const after = merged(written, ([first, ...rest]) => (first ? [first, nap, ...rest] : rest));
    expect(lines(written, after)).toEqual({ gone: [], come: ['  await step.sleep("nap", "1 minute");'] });
    expect(after.replace('  await step.sleep("nap", "1 minute");\n', "")).toBe(written);
  });

  it("puts one before all others, above their comments", () => {
    const after = merged(written, (body) => [nap, ...body]);
    expect(after).toContain('step }) => {\n  await step.sleep("nap", "1 minute");\n  // Tell them.   Twice.\n');
    expect(after.replace('  await step.sleep("nap", "1 minute");\n', "")).toBe(written);
  });

  it("puts one into a branch, indented as its neighbours are", () => {
    const after = merged(written, (body) => {
      const condition = at(body, 1, "if");
      const [then, ...others] = condition.branches;
      return then ? body.with(1, { ...condition, branches: [{ ...then, body: [...then.body, nap] }, ...others] }) : body;
    });
    expect(lines(written, after)).toEqual({ gone: [], come: ['        await step.sleep("nap", "1 minute");'] });
  });

  it("writes a branch without braces anew when one comes into it, and leaves the other one", () => {
    const after = merged(written, (body) => {
      const condition = at(body, 1, "if");
      const [then, other] = condition.branches;
      return then && other ? body.with(1, { ...condition, branches: [then, { ...other, body: [...other.body, nap] }] }) : body;
    });
    expect(after).toContain("// urgent\n");
    expect(after).toContain('await step.sleep("nap", "1 minute");');
    expect(lines(written, after).gone.every((line) => /sleep|if\(|else|update|urgent/.test(line))).toBe(true);
    expect(opened(after).graph.errors).toEqual([]);
  });

  it("takes a statement away with its comments", () => {
    const after = merged(written, ([, ...rest]) => rest);
    expect(after).not.toContain("Tell them");
    expect(after).not.toContain("// sent");
    expect(after).toContain("step }) => {\n  if( ticket.priority === 'high' ){\n        // urgent\n");
  });

  it("writes only that argument anew which is another", () => {
    const after = merged(written, (body) => {
      const mail = at(body, 0, "action");
      const [params] = mail.args;
      if (params?.form !== "object") throw new Error("no object");
      return body.with(0, { ...mail, args: [{ ...params, fields: params.fields.map((one) => (one.key === "to" ? { key: "to", value: { form: "literal", value: "b@example.com" } } : one)) }] });
    });
    expect(after).toBe(written.replace('"a@example.com"', '"b@example.com"'));
  });

  it("adds an argument behind the others", () => {
    const after = merged(written, (body) => {
      const mail = at(body, 0, "action");
      const [params] = mail.args;
      if (params?.form !== "object") throw new Error("no object");
      return body.with(0, { ...mail, args: [{ ...params, fields: [...params.fields, { key: "cc", value: { form: "literal", value: "c@example.com" } }] }] });
    });
    expect(after.replace(/,\s*cc: "c@example.com"/, "")).toBe(written);
  });

  it("gives a variable to a step that had none", () => {
    const after = merged(written, (body) => {
      const condition = at(body, 1, "if");
      const [then, other] = condition.branches;
      const update = then ? at(then.body, 1, "action") : null;
      if (!then || !other || !update) return body;
      return body.with(1, { ...condition, branches: [{ ...then, body: then.body.with(1, { ...update, binding: { declared: "const", target: "ticket2" } }) }, other] });
    });
    expect(after).toBe(written.replace("await crm.tickets", "const ticket2 = await crm.tickets"));
  });

  it("moves statements as they are written, with their comments", () => {
    const after = merged(written, ([mail, condition, end]) => (mail && condition && end ? [mail, { kind: "try", body: [condition], handler: { body: [] } }, end] : []));
    expect(after).toContain("    if( ticket.priority === 'high' ){\n");
    expect(after).toContain("// urgent\n");
    expect(after).toContain("await step.sleep('a while',   \"1 hour\")");
    expect(opened(after).graph.errors).toEqual([]);
  });

  it("changes a comment alone", () => {
    const after = merged(written, (body) => body.with(0, { ...at(body, 0, "action"), comment: "Once." }));
    expect(after).toBe(written.replace("// Tell them.   Twice.", "// Once."));
  });
});
