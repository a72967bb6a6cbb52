import { describe, expect, it } from "vitest";
import { parseSource } from "../parse/source.ts";
import { allNodes } from "../walk.ts";
import { applyChanges, applyEdit, type Operation } from "./index.ts";

const head = `import { actions, crm, on, workflow } from "everstep";\n\nexport default workflow({ id: "w", on: [on.manual()] }, async ({ input, step }) => {\n`;
const around = (body: string): string => `${head}${body}\n});\n`;

/** `#kind` is the first node of that kind. */
function applied(source: string, operation: Operation): string {
  const graph = parseSource(source);
  const nodes = [...allNodes(graph.workflows[0] ?? raise())];
  const named = JSON.parse(JSON.stringify(operation).replaceAll(/"#([\w-]+)"/g, (_, kind: string) => JSON.stringify(nodes.find((one) => one.kind === kind)?.id))) as Operation;
  const result = applyEdit(graph, "w", named);
  if (!result.ok) return `${result.code}: ${result.reason}`;
  expect(applyChanges(result.source, result.inverse)).toBe(source);
  expect(result.graph).toEqual(parseSource(result.source));
  return result.source;
}

function raise(): never {
  throw new Error("There is no workflow.");
}

function edited(body: string, operation: Operation): string {
  const text = applied(around(body), operation);
  return text.startsWith(head) ? text.slice(head.length, -"\n});\n".length) : text;
}

describe("wrap and unwrap", () => {
  const run = `  // a\n  const a = await step.do("a", async () => 1);\n  await step.sleep("s", 1); // s`;

  it("wraps siblings, with their comments, in what is asked for", () => {
    expect(edited(run, { op: "wrap", from: "#step", to: "#sleep", in: { kind: "if", condition: "input.ok" } })).toBe(`  if (input.ok) {\n    // a\n    const a = await step.do("a", async () => 1);\n    await step.sleep("s", 1); // s\n  }`);
    expect(edited(run, { op: "wrap", from: "#sleep", in: { kind: "try", catch: "await actions.notify({});" } })).toContain(`  try {\n    await step.sleep("s", 1); // s\n  } catch (error) {\n    await actions.notify({});\n  }`);
    expect(edited(run, { op: "wrap", from: "#sleep", in: { kind: "for-of", item: "one", over: "input.all" } })).toContain(`  for (const one of input.all) {\n    await step.sleep("s", 1); // s\n  }`);
  });

  it("refuses to wrap what is used behind it", () => {
    expect(edited(`${run}\n  return a;`, { op: "wrap", from: "#step", in: { kind: "try" } })).toMatch(/^out-of-scope: `a` is made in line 5 and used in line 7/);
    expect(edited("  for (;;) {\n    if (input) break;\n  }", { op: "wrap", from: "#break", in: { kind: "while", condition: "input" } })).toMatch(/^jump: `break` in line 5 would mean another loop/);
  });

  it("makes siblings the branches of a parallel, and takes them apart again", () => {
    const body = `  const a = await step.do("a", async () => 1);\n  const b = await step.do("b", async () => 2);\n  return a + b;`;
    const parallel = `  const [a, b] = await Promise.all([\n    step.do("a", async () => 1),\n    step.do("b", async () => 2),\n  ]);\n  return a + b;`;
    expect(edited(body, { op: "wrap", from: "step:a", to: "step:b", in: { kind: "parallel" } })).toBe(parallel);
    expect(edited(parallel, { op: "unwrap", node: "#parallel" })).toBe(body);
    expect(edited(body.replace("=> 2", "=> a"), { op: "wrap", from: "step:a", to: "step:b", in: { kind: "parallel" } })).toBe("variable-in-use: `a` is used in line 5: `step:b` has to wait for it.");
  });

  it("leaves the branch that is chosen", () => {
    const body = `  if (input.ok) {\n    // yes\n    await step.sleep("s", 1);\n\n    await actions.notify({});\n  } else {\n    return;\n  }`;
    expect(edited(body, { op: "unwrap", node: "#if" })).toBe(`  // yes\n  await step.sleep("s", 1);\n\n  await actions.notify({});`);
    expect(edited(body, { op: "unwrap", node: "#if", branch: 1 })).toBe("  return;");
    expect(edited("  for (const a of input) {\n    await crm.leads.get(a);\n  }", { op: "unwrap", node: "#loop" })).toMatch(/^variable-in-use: `a` is made in line 4 and used in line 5/);
  });
});

describe("arguments, names, retries", () => {
  const body = `  const lead = await crm.leads.update(input.id, {\n    name: "x", // why\n    ...input.more\n  });\n  const id = lead.id;\n  return { lead };`;

  it("sets, adds and removes what is at a path", () => {
    expect(edited(body, { op: "setArgument", node: "#action", path: [1, "name"], value: { $expression: "input.name" } })).toBe(body.replace('"x"', "input.name"));
    expect(edited(body, { op: "setArgument", node: "#action", path: [1, "custom", "size"], value: 3 })).toBe(body.replace("...input.more", "...input.more,\n    custom: { size: 3 }"));
    expect(edited(body, { op: "removeArgument", node: "#action", path: [1, "name"] })).toBe(body.replace('    name: "x", // why\n', ""));
    expect(edited(body, { op: "setArgument", node: "#action", path: [2], value: { version: { $expression: "input.version" } } })).toContain("  }, { version: input.version });");
    expect(edited(body, { op: "setArgument", node: "#action", path: [0, "deep"], value: 1 })).toBe("unsupported: `input.id` is an expression: `deep` cannot be set in it.");
    expect(edited("  await actions.findUsers({ users: [1, 2] });", { op: "setArgument", node: "#action", path: [0, "users", 2], value: "z" })).toBe('  await actions.findUsers({ users: [1, 2, "z"] });');
    expect(edited("  await actions.findUsers({ users: [1, 2] });", { op: "removeArgument", node: "#action", path: [0, "users", 0] })).toBe("  await actions.findUsers({ users: [2] });");
  });

  it("renames a variable wherever it is meant", () => {
    expect(edited(`${body.slice(0, -19)}\n  for (const lead of input) await crm.leads.get(lead);\n  return { lead };`, { op: "renameBinding", node: "#action", name: "person" })).toMatch(/const person = [^]*const id = person.id;\n {2}for \(const lead of input\) await crm.leads.get\(lead\);\n {2}return { lead: person };/);
    expect(edited(body, { op: "renameBinding", node: "#action", name: "id" })).toMatch(/^syntax: .*already been declared/);
    expect(edited(`  const a = await crm.leads.get(1);\n  const f = (b) => a + b;`, { op: "renameBinding", node: "#action", name: "b" })).toMatch(/^variable-in-use: `a` in line 5 would mean another variable/);
    expect(edited("  const { id = 1 } = await crm.leads.get(1);\n  return id;", { op: "renameBinding", node: "#action", name: "own" })).toBe("  const { id: own = 1 } = await crm.leads.get(1);\n  return own;");
    expect(edited("  await crm.leads.get(1);", { op: "renameBinding", node: "#action", name: "lead" })).toBe("  const lead = await crm.leads.get(1);");
  });

  it("names steps, and gives them retries and timeouts", () => {
    const step = `  await step.do("a", async () => 1);`;
    expect(edited(step, { op: "renameStep", node: "#step", name: 'say "b"' })).toBe('  await step.do("say \\"b\\"", async () => 1);');
    expect(edited(step, { op: "setRetries", node: "#step", retries: { limit: 3, delay: "1 minute" } })).toBe('  await step.do("a", { retries: { limit: 3, delay: "1 minute" } }, async () => 1);');
    expect(edited(step.replace("async", "{ retries: { limit: 1 } }, async"), { op: "setTimeout", node: "#step", timeout: "5 minutes" })).toBe('  await step.do("a", { retries: { limit: 1 }, timeout: "5 minutes" }, async () => 1);');
    expect(edited('  await step.waitForEvent("e", { type: "x" });', { op: "setTimeout", node: "#waitForEvent", timeout: 5 })).toBe('  await step.waitForEvent("e", { type: "x", timeout: 5 });');
  });
});

describe("what a workflow declares", () => {
  const source = around("  return 1;");
  const options = (text: string): string => source.replace('id: "w", on: [on.manual()]', text);

  it("sets and removes options", () => {
    expect(applied(source, { op: "setOption", path: ["title"], value: "T" })).toBe(options('id: "w", on: [on.manual()], title: "T"'));
    expect(applied(source, { op: "setOption", path: ["flow", "concurrency", "limit"], value: 2 })).toBe(options('id: "w", on: [on.manual()], flow: { concurrency: { limit: 2 } }'));
    expect(applied(source, { op: "removeOption", path: ["on"] })).toBe(options('id: "w"'));
    expect(applied(source, { op: "removeOption", path: ["id"] })).toBe("unsupported: A workflow has an id.");
  });

  it("adds, changes and removes triggers", () => {
    const event = { kind: "event", args: ["lead.created", { filter: { status: "new" } }] } as const;
    expect(applied(source, { op: "addTrigger", trigger: event })).toBe(options('id: "w", on: [on.manual(), on.event("lead.created", { filter: { status: "new" } })]'));
    expect(applied(source, { op: "setTrigger", index: 0, trigger: { kind: "schedule", args: ["0 9 * * *"] } })).toBe(options('id: "w", on: [on.schedule("0 9 * * *")]'));
    expect(applied(source, { op: "removeTrigger", index: 0 })).toBe(options('id: "w", on: []'));
    expect(applied(`import { workflow } from "everstep";\nexport default workflow({ id: "w" }, async () => {});\n`, { op: "addTrigger", trigger: { kind: "api" } })).toBe(`import { on, workflow } from "everstep";\nexport default workflow({ id: "w", on: [on.api()] }, async () => {});\n`);
  });

  it("adds, changes and removes fields of the input, here or where its schema is", () => {
    const first = applied(source, { op: "setInputField", name: "email", type: "z.email()" });
    expect(first).toBe(options('id: "w", on: [on.manual()], input: z.object({ email: z.email() })').replace('"everstep";\n', '"everstep";\nimport { z } from "zod";\n'));
    expect(applied(first, { op: "setInputField", name: "email", type: "z.string()", rename: "mail" })).toBe(first.replace("email: z.email()", "mail: z.string()"));
    expect(applied(first, { op: "removeInputField", name: "email" })).toBe(first.replace("{ email: z.email() }", "{}"));
    const named = first.replace("z.object({ email: z.email() })", "schema").replace("export default", "const schema = z.object({\n  email: z.email(),\n}).strict();\n\nexport default");
    expect(applied(named, { op: "setInputField", name: "age", type: "z.number()" })).toBe(named.replace("z.email(),\n", "z.email(),\n  age: z.number(),\n"));
  });
});

describe("conditions, branches, comments", () => {
  const body = `  if (input.a) {\n    await step.sleep("a", 1);\n  }\n  else {\n    await step.sleep("b", 1);\n  }`;

  it("sets conditions", () => {
    expect(edited(body, { op: "setCondition", node: "#if", condition: "input.b > 1" })).toBe(body.replace("input.a", "input.b > 1"));
    expect(edited("  while (input.a) await actions.notify({});", { op: "setCondition", node: "#loop", condition: "false" })).toBe("  while (false) await actions.notify({});");
    expect(edited("  const a = input ? await crm.leads.get(1) : null;", { op: "setCondition", node: "#if", condition: "a && b" })).toBe("  const a = (a && b) ? await crm.leads.get(1) : null;");
    expect(edited(body, { op: "setCondition", node: "#if", branch: 1, condition: "x" })).toMatch(/^not-found: /);
  });

  it("adds and removes branches of an `if` in its manner", () => {
    const more = body.replace("  else {", `  else if (input.c) {\n    await step.sleep("c", 1);\n  }\n  else {`);
    expect(edited(body, { op: "addBranch", node: "#if", condition: "input.c", nodes: [{ kind: "sleep", name: "c", duration: 1 }] })).toBe(more);
    expect(edited(more, { op: "removeBranch", node: "#if", branch: 1 })).toBe(body);
    expect(edited(more, { op: "removeBranch", node: "#if", branch: 0 })).toBe(more.slice(0, 2) + more.slice(more.indexOf("if (input.c)")));
    expect(edited(body, { op: "removeBranch", node: "#if", branch: 0 })).toMatch(/^unsupported: It is the only condition/);
    expect(edited("  if (input) await actions.notify({});", { op: "addBranch", node: "#if", condition: null, nodes: [{ kind: "return" }] })).toBe("  if (input) {\n    await actions.notify({});\n  } else {\n    return;\n  }");
  });

  it("adds and removes cases, keeping what runs on", () => {
    const cases = `  switch (input.a) {\n    case 1:\n      await actions.notify({});\n      break;\n    default:\n      return;\n  }`;
    const more = cases.replace("    default", `    case "x":\n      await step.sleep("s", 1);\n      break;\n    default`);
    expect(edited(cases, { op: "addBranch", node: "#switch", condition: '"x"', nodes: [{ kind: "sleep", name: "s", duration: 1 }] })).toBe(more);
    expect(edited(more, { op: "removeBranch", node: "#switch", branch: 1 })).toBe(cases);
    expect(edited(cases.replace("      break;\n", ""), { op: "addBranch", node: "#switch", condition: "2" })).toMatch(/^unsupported: A case of .* runs on into the one behind it/);
  });

  it("adds and removes branches of a parallel with their results", () => {
    const parallel = `  const [a, b] = await Promise.all([step.do("a", async () => 1), step.do("b", async () => 2)]);\n  return b;`;
    expect(edited(parallel, { op: "removeBranch", node: "#parallel", branch: 0 })).toBe('  const [b] = await Promise.all([step.do("b", async () => 2)]);\n  return b;');
    expect(edited(parallel, { op: "removeBranch", node: "#parallel", branch: 1 })).toMatch(/^variable-in-use: `b`/);
    expect(edited(parallel, { op: "addBranch", node: "#parallel", nodes: [{ kind: "sleep", name: "c", duration: 1 }] })).toContain('step.do("b", async () => 2), step.sleep("c", 1)]');
  });

  it("sets, changes and removes the comment in its manner", () => {
    const sleep = `  await step.sleep("a", 1);`;
    expect(edited(sleep, { op: "setComment", node: "#sleep", comment: "One.\nTwo." })).toBe(`  // One.\n  // Two.\n${sleep}`);
    expect(edited(`  /** Old. */\n${sleep}`, { op: "setComment", node: "#sleep", comment: "New,\nlonger." })).toBe(`  /**\n   * New,\n   * longer.\n   */\n${sleep}`);
    expect(edited(`  // Old.\n${sleep}`, { op: "setComment", node: "#sleep", comment: null })).toBe(sleep);
  });
});
