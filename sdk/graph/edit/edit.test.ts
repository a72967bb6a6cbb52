import { describe, expect, it } from "vitest";
import { parseSource } from "../parse/source.ts";
import { applyChanges, applyEdit, type EditResult, type Operation } from "./index.ts";

const around = (body: string, imports = "actions, crm, workflow"): string => `import { ${imports} } from "everstep";

export default workflow({ id: "w", title: "W" }, async ({ input, step }) => {
${body}
});
`;

const edit = (source: string, operation: Operation): EditResult => applyEdit(source, "w", operation);

/** The body afterwards; a refusal as its code and reason. */
function edited(body: string, operation: Operation, imports?: string): string {
  const source = around(body, imports);
  const result = edit(source, operation);
  if (!result.ok) return `${result.code}: ${result.reason}`;
  expect(applyChanges(result.source, result.inverse)).toBe(source);
  expect(result.graph).toEqual(parseSource(result.source));
  return result.source.split("\n").slice(3, -2).join("\n");
}

const nap: Operation & { op: "insert" } = { op: "insert", node: { kind: "sleep", name: "nap", duration: "1 hour" }, at: { body: "end" } };
const napText = `await step.sleep("nap", "1 hour");`;

describe("insert", () => {
  const body = `  // First.
  const lead = await crm.leads.get(input.id); // the one

  await step.sleep("wait", "1 day");
  return lead;`;

  it("puts a node behind another, below its comment", () => {
    expect(edited(body, { ...nap, at: { after: "crm.leads.get:lead" } })).toBe(body.replace("// the one\n", `// the one\n  ${napText}\n`));
  });

  it("puts a node before another, above its comments", () => {
    expect(edited(body, { ...nap, at: { before: "crm.leads.get:lead" } })).toBe(`  ${napText}\n${body}`);
  });

  it("takes the end of a block as before its return", () => {
    expect(edited(body, nap)).toBe(body.replace("  return", `  ${napText}\n  return`));
  });

  it("imports what it needs in the order that is there, and takes `step` where it was not taken", () => {
    const source = `import { workflow } from 'everstep'\n\nexport default workflow({ id: 'w' }, async ({ input }) => {\n\treturn input\n})\n`;
    const first = edit(source, { op: "insert", node: { kind: "action", action: "crm.deals.move_stage", args: [{ $expression: "input.id" }, "won"], as: "deal" }, at: { body: "start" } });
    expect(first.ok && first.source).toBe(source.replace("{ workflow }", "{ crm, workflow }").replace("\treturn", "\tconst deal = await crm.deals.moveStage(input.id, 'won')\n\treturn"));
    const second = edit(source, nap);
    expect(second.ok && second.source).toBe(source.replace("{ input }", "{ input, step }").replace("\treturn", "\tawait step.sleep('nap', '1 hour')\n\treturn"));
  });

  it("keeps line ends of both kinds, and tabs", () => {
    const source = around(body).replaceAll("\n", "\r\n").replaceAll("  ", "\t");
    const result = edit(source, { op: "insert", node: { kind: "if", condition: "lead", nodes: [nap.node] }, at: { after: "sleep:wait" } });
    expect(result.ok && result.source).toBe(source.replace("\treturn", `\tif (lead) {\r\n\t\t${napText}\r\n\t}\r\n\treturn`));
  });

  it("gives a single statement braces", () => {
    expect(edited("  if (input.a) await actions.notify({});\n  else return;", { ...nap, at: { before: "notify" } })).toBe(`  if (input.a) {\n    ${napText}\n    await actions.notify({});\n  } else return;`);
  });

  it("makes a block of an expression", () => {
    expect(edited(`  const a = await step.do("a", async () => ({ b: 1 }));`, { op: "insert", node: { kind: "action", action: "notify", args: [{}] }, at: { into: "step:a", at: "start" } })).toBe(
      `  const a = await step.do("a", async () => {\n    await actions.notify({});\n    return ({ b: 1 });\n  });`,
    );
  });

  it("fills empty blocks and one-line blocks", () => {
    expect(edited("  for (const a of input) {}", { ...nap, at: { into: forOf("const a of input") } })).toBe(`  for (const a of input) {\n    ${napText}\n  }`);
    expect(edited("  for (const a of input) { await actions.notify({}); }", { ...nap, at: { after: "notify" } })).toBe(`  for (const a of input) {\n    await actions.notify({});\n    ${napText}\n  }`);
  });

  it("goes before the break of a case", () => {
    expect(edited("  switch (input) {\n    case 1:\n      break;\n  }", { ...nap, at: { into: parse("  switch (input) {\n    case 1:\n      break;\n  }") } })).toBe(`  switch (input) {\n    case 1:\n      ${napText}\n      break;\n  }`);
  });

  it("gives variables free names", () => {
    expect(edited(body, { op: "insert", node: { kind: "action", action: "crm.leads.get", args: ["x"], as: "lead" }, at: { after: "sleep:wait" } })).toContain('  const lead2 = await crm.leads.get("x");\n  return');
  });

  it("refuses a step within a step, and code that is none", () => {
    expect(edited(`  await step.do("a", async () => {\n  });`, { ...nap, at: { into: "step:a" } })).toMatch(/^nested-step: `sleep:nap` would be a step inside of a step/);
    expect(edited(body, { op: "insert", node: { kind: "code", code: "const = 1" }, at: { body: "start" } })).toMatch(/^syntax: /);
    expect(edited(body, { op: "insert", node: { kind: "code", code: "const lead = 1;" }, at: { after: "sleep:wait" } })).toMatch(/^syntax: .*already been declared/);
    expect(edited(body, { op: "insert", node: { kind: "code", code: "let input = 1;" }, at: { body: "start" } })).toMatch(/^(syntax|variable-in-use): /);
  });
});

const parse = (body: string): string => parseSource(around(body)).workflows[0]?.body.nodes[0]?.id ?? "";
function forOf(header: string): string {
  return parse(`  for (${header}) {}`);
}

describe("delete, move, duplicate", () => {
  const body = `  const a = await crm.leads.get("a");

  // Tell.
  await actions.notify({ title: \`x
    y\` }); // now

  if (a.name) {
    await step.sleep("s", 1);
  }
  return a;`;

  it("takes a node out with its comments, and one of two blank lines", () => {
    expect(edited(body, { op: "delete", node: "notify" })).toBe(body.replace(/ {2}\/\/ Tell[^]*now\n\n/, ""));
  });

  it("leaves an empty block where the one statement of an `if` goes", () => {
    expect(edited("  if (input.a) await actions.notify({});", { op: "delete", node: "notify" })).toBe("  if (input.a) {}");
  });

  it("refuses to take away what is used, naming the variable and the place", () => {
    expect(edited(body, { op: "delete", node: "crm.leads.get:a" })).toBe('variable-in-use: `a` is made in line 4 and used in line 10: if (a.name) {');
  });

  it("refuses to take away the only value of a variable", () => {
    expect(edited("  let a;\n  a = await crm.leads.get(input);\n  return a;", { op: "delete", node: "crm.leads.get:a" })).toMatch(/^variable-in-use: `a` gets its value in line 5 alone and is used in line 6/);
  });

  it("moves a node with its comments to another indentation, strings as they are", () => {
    expect(edited(body, { op: "move", node: "notify", to: { after: "sleep:s" } })).toBe(`  const a = await crm.leads.get("a");

  if (a.name) {
    await step.sleep("s", 1);
    // Tell.
    await actions.notify({ title: \`x
    y\` }); // now
  }
  return a;`);
  });

  it("refuses to move a node before what it uses, behind what uses it, or out of its scope", () => {
    expect(edited(body, { op: "move", node: parse2(body), to: { body: "start" } })).toMatch(/^variable-in-use: `a` is made in line 4 and used in line 10, which would come before it/);
    expect(edited(body, { op: "move", node: "crm.leads.get:a", to: { after: parse2(body) } })).toMatch(/^variable-in-use: /);
    expect(edited("  for (const b of input) {\n    await crm.leads.get(b);\n  }", { op: "move", node: "crm.leads.get", to: { body: "start" } })).toMatch(/^out-of-scope: `b` is made in line 4 and used in line 5/);
  });

  it("refuses to move jumps away from their loop or function", () => {
    expect(edited("  for (;;) {\n    for (;;) {\n      break;\n    }\n  }", { op: "move", node: "break", to: { into: parse("  for (;;) {\n    for (;;) {\n      break;\n    }\n  }") } })).toMatch(/^jump: `break` in line 6 would mean another loop/);
    expect(edited('  await step.do("a", async () => {\n    return 1;\n  });\n', { op: "move", node: returning, to: { body: "end" } })).toMatch(/^jump: `return` in line 5 would mean another function/);
  });

  it("moves a step into no step", () => {
    expect(edited('  await step.sleep("s", 1);\n  await step.do("a", async () => {});', { op: "move", node: "sleep:s", to: { into: "step:a" } })).toMatch(/^nested-step: /);
  });

  it("makes a copy with free names of its variables and steps", () => {
    expect(edited('  const { id, ...rest } = await step.do("get", async () => input);\n  return id;', { op: "duplicate", node: "step:get" })).toBe(
      '  const { id, ...rest } = await step.do("get", async () => input);\n  const { id: id2, ...rest2 } = await step.do("get 2", async () => input);\n  return id;',
    );
  });
});

const parse2 = (body: string): string => parseSource(around(body)).workflows[0]?.body.nodes.find(({ kind }) => kind === "if")?.id ?? "";
const returning = ((): string => {
  const [step] = parseSource(around('  await step.do("a", async () => {\n    return 1;\n  });\n')).workflows[0]?.body.nodes ?? [];
  return (step?.kind === "step" ? step.block?.nodes[0]?.id : undefined) ?? "";
})();

describe("what an edit promises", () => {
  it("shows a broken inverse as such", () => {
    const source = around("  return 1;");
    const result = edit(source, nap);
    if (!result.ok) throw new Error(result.reason);
    const wrong = result.inverse.map((one) => ({ ...one, end: one.end - 1 }));
    expect(applyChanges(result.source, wrong)).not.toBe(source);
    expect(applyChanges(result.source, result.inverse)).toBe(source);
  });

  it("refuses what newly fails to type-check, and not what failed before", () => {
    const check = (text: string) => [{ code: "TS1", message: "Old." }, ...(text.includes("nap") ? [{ code: "TS2", message: "No naps.", line: 4 }] : [])];
    expect(applyEdit(around("  return 1;"), "w", nap, { check })).toEqual({ ok: false, code: "types", reason: "No naps. (line 4)" });
    expect(applyEdit(around("  return 1;"), "w", { op: "setOption", path: ["title"], value: "T" }, { check }).ok).toBe(true);
  });

  it("refuses what is not there, and what stands in another file", () => {
    expect(edited("  return 1;", { op: "delete", node: "nothing" })).toBe("not-found: There is no node `nothing` in this workflow.");
    expect(applyEdit(around("  return 1;"), "other", nap)).toMatchObject({ ok: false, code: "not-found" });
    const source = `import { workflow } from "everstep";\nimport { help } from "./help.ts";\nexport default workflow({ id: "w" }, async ({ step }) => {\n  await help(step);\n});\n`;
    const graph = parseSource(source, { file: "a.ts", files: { "help.ts": `export async function help(step) {\n  await step.sleep("far", 1);\n}\n` } });
    expect(applyEdit(graph, "w", { op: "delete", node: "sleep:far" })).toMatchObject({ ok: false, code: "other-file" });
  });

  it("edits helpers of the same file where they stand", () => {
    const source = `import { workflow } from "everstep";\nasync function help(s) {\n  await s.sleep("near", 1);\n}\nexport default workflow({ id: "w" }, async ({ step }) => {\n  await help(step);\n});\n`;
    const result = edit(source, { op: "insert", node: { kind: "sleep", name: "more", duration: 2 }, at: { after: "sleep:near" } });
    expect(result.ok && result.source).toBe(source.replace('near", 1);', 'near", 1);\n  await s.sleep("more", 2);'));
  });
});
