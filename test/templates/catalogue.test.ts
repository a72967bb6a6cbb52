/** What holds of every template, and that docs/templates.md shows all of them. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { allNodes, type GraphNode, parseSource } from "everstep/graph";
import { describe, expect, it } from "vitest";
import { readTemplates } from "../../tools/templates.mjs";

interface Variable {
  name: string;
  description: string;
  default: string | null;
  required: boolean;
}
interface Template {
  id: string;
  name: string;
  description: string;
  about: string;
  category: string;
  trigger_type: string;
  trigger_types: string[];
  step_count: number;
  variables: Variable[];
  needs: string[];
  file: string;
  source: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const templates: Template[] = await readTemplates(root);
const named = templates.map((template) => [template.id, template] as const);

const kinds: Record<Exclude<GraphNode["kind"], "broken">, true> = { action: true, step: true, sleep: true, sleepUntil: true, waitForEvent: true, approval: true, sendEvent: true, invoke: true, continueAsNew: true, if: true, switch: true, loop: true, parallel: true, try: true, return: true, throw: true, break: true, continue: true, call: true, code: true };

const cell = (text: string): string => text.replaceAll("|", "\\|");
const shown = ({ name, default: value, required }: Variable): string => `\`${name}\`${required ? " (required)" : value === null ? "" : ` (\`${value}\`)`}`;

function table(category: string): string {
  const rows = templates.filter((one) => one.category === category).map(({ id, description, trigger_types, variables, needs, file }) => `| [\`${id}\`](../${file}) | ${cell(description)} | ${trigger_types.join(", ")} | ${cell([...variables.map(shown), ...needs].join("; ")) || "-"} |`);
  return ["| template | what it does | starts by | variables, needs |", "|---|---|---|---|", ...rows].join("\n");
}

describe("the templates", () => {
  it("are at least 22, in the categories that are named", () => {
    expect(templates.length).toBeGreaterThanOrEqual(22);
    expect([...new Set(templates.map(({ category }) => category))].sort()).toEqual(["approvals", "customer_management", "housekeeping", "integrations", "lead_management", "project_tracking", "reporting", "sales", "ticket_automation"]);
  });

  it("show every kind of node, and every kind of trigger", () => {
    const graphs = templates.map(({ source }) => parseSource(source));
    const found = new Set(graphs.flatMap(({ workflows }) => workflows.flatMap((one) => [...allNodes(one)].map(({ kind }) => kind))));
    expect([...found].sort()).toEqual(Object.keys(kinds).sort());
    expect([...new Set(templates.flatMap(({ trigger_types }) => trigger_types))].sort()).toEqual(["api", "event", "manual", "schedule", "webhook"]);
  });

  it.each(named)("%s says what it is and takes, in a few lines", (_, { id, name, description, about, step_count, variables, source }) => {
    expect([name.length > 5, description.length > 20, about.length > 60, step_count > 1, id]).toEqual([true, true, true, true, id]);
    expect(source.split("\n").length).toBeLessThan(70);
    expect(source.match(/= workflow\(|default workflow\(/g)).toHaveLength(1);
    expect(source).not.toMatch(/: any\b|<any>|\bas any\b|@ts-|\bas unknown\b|console\./);
    // What is read is documented, with its default, and the other way round.
    const read = new Set([...source.matchAll(/vars\["(\w+)"\]/g)].map(([, one]) => one));
    expect([...read].sort()).toEqual(variables.map((one) => one.name).sort());
    for (const one of variables) if (one.default !== null) expect(source.replaceAll("_", ""), one.name).toMatch(new RegExp(`vars\\["${one.name.replaceAll("_", "")}"\\] \\?\\? "?${RegExp.escape(one.default)}"?\\)`));
    // Secrets are among what it needs.
    for (const [, secret] of source.matchAll(/secrets\["(\w+)"\]/g)) expect(source).toContain(`@needs The secret \`${secret}\``);
  });

  it("compile even more strictly than a tenant's own project", { timeout: 120_000 }, async () => {
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    const { compilerOptions } = JSON.parse(readFileSync(join(root, "sdk/cli/templates/project/tsconfig.json"), "utf8")) as { compilerOptions: { lib: string[]; target: string } };
    const strict = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noImplicitOverride", "--noUnusedLocals", "--noUnusedParameters", "--erasableSyntaxOnly", "--verbatimModuleSyntax", "--noPropertyAccessFromIndexSignature"];
    const options = [...strict, "--noEmit", "--skipLibCheck", "--target", compilerOptions.target, "--lib", compilerOptions.lib.join(","), "--module", "NodeNext", "--moduleResolution", "NodeNext", "--types", ""];
    const said = await new Promise<string>((resolve) => void execFile(process.execPath, [tsc, "--ignoreConfig", ...options, ...templates.map(({ file }) => file)], { cwd: root }, (_error, stdout) => resolve(stdout)));
    expect(said).toBe("");
  });

  it("are all in docs/templates.md", () => {
    const page = readFileSync(join(root, "docs/templates.md"), "utf8");
    for (const category of new Set(templates.map((one) => one.category))) expect(page.includes(`### ${category}\n\n${table(category)}\n`), `put this into docs/templates.md:\n\n### ${category}\n\n${table(category)}\n`).toBe(true);
  });
});

describe("each template is tested", () => {
  const tests = ["approvals", "customer-management", "housekeeping", "integrations", "lead-management", "project-tracking", "reporting", "sales", "ticket-automation"].map((name) => readFileSync(join(root, `test/templates/${name}.test.ts`), "utf8")).join("\n");
  it.each(named)("%s", (id, { file }) => {
    expect(tests).toContain(`"../../${file}"`);
    expect(tests).toContain(id);
  });
});
