// Reads workflows/templates and writes the catalogue that the Worker shows (.build/templates.txt,
// JSON). What is said of a template stands in its own file: title and description among the
// workflow's options, the category is the folder, variables and needs are tags of the comment.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Nodes that do something, or decide what is done; what a step does inside is a part of it. */
const counted = new Set(["action", "step", "sleep", "sleepUntil", "waitForEvent", "approval", "sendEvent", "invoke", "continueAsNew", "if", "switch", "loop"]);

/**
 * @param {string} source
 * @returns {{ about: string, variables: { name: string, description: string, default: string | null, required: boolean }[], needs: string[] }}
 */
export function readHeader(source) {
  const comments = [...source.matchAll(/\/\*\*(?:[^*]|\*(?!\/))*\*\/(?=\s*export default workflow\()/g)];
  const lines = (comments.at(-1)?.[0] ?? "").replace(/^\/\*\*|\*\/$/g, "").split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  const firstTag = lines.findIndex((line) => line.startsWith("@"));
  const about = (firstTag === -1 ? lines : lines.slice(0, firstTag)).join("\n").trim();
  const tags = lines.filter((line) => line.startsWith("@"));
  const variables = tags.flatMap((line) => {
    const [, optional, fallback, required, description] = /^@variable (?:\[(\w+)(?:=([^\]]*))?\]|(\w+)) (.+)$/.exec(line) ?? [];
    return description === undefined ? [] : [{ name: optional ?? required ?? "", description, default: fallback ?? null, required: required !== undefined }];
  });
  const needs = tags.flatMap((line) => /^@needs (.+)$/.exec(line)?.[1] ?? []).filter((need) => need !== "-");
  return { about, variables, needs };
}

/**
 * @param {import("../sdk/graph/index.ts")} graph
 * @param {{ file: string, category: string, source: string }} read
 */
function entryOf({ parseSource, nodesOf }, { file, category, source }) {
  const { workflows, errors } = parseSource(source);
  const fail = (/** @type {string} */ why) => new Error(`${file}: ${why}`);
  if (errors.length > 0) throw fail(`${errors[0].line}:${errors[0].column} ${errors[0].message}`);
  const workflow = workflows.find((one) => one.export === "default");
  if (!workflow?.options || workflow.id === null || workflow.title === null) throw fail("a template is one workflow(), the default export, with an id and a title");
  const description = workflow.options.fields.find(({ key }) => key === "description")?.value;
  if (description?.form !== "literal" || typeof description.value !== "string") throw fail("its options need a description, as one text");
  if (file !== `${category}/${workflow.id}.ts`) throw fail(`its id is ${workflow.id}: name the file like it`);
  const count = (/** @type {import("../sdk/graph/model.ts").Block} */ block) => {
    const inSteps = new Set();
    let steps = 0;
    for (const node of nodesOf(block)) {
      if (node.kind === "step" && node.block) for (const inner of nodesOf(node.block)) inSteps.add(inner);
      if (counted.has(node.kind) && !inSteps.has(node)) steps++;
    }
    return steps;
  };
  const blocks = [workflow.body, ...Object.values(workflow.helpers).map(({ block }) => block)];
  return {
    id: workflow.id,
    name: workflow.title,
    description: description.value,
    category,
    trigger_type: workflow.triggers[0]?.kind ?? "manual",
    trigger_types: [...new Set(workflow.triggers.map(({ kind }) => kind))],
    step_count: blocks.reduce((sum, block) => sum + count(block), 0),
    ...readHeader(source),
    file: `workflows/templates/${file}`,
    source,
  };
}

/** @param {string} root of the repository; `sdk/dist` is built */
export async function readTemplates(root) {
  const graph = await import(join(root, "sdk/dist/graph/index.js"));
  const folder = join(root, "workflows/templates");
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: category }) => readdirSync(join(folder, category)).filter((name) => name.endsWith(".ts")).map((name) => ({ file: `${category}/${name}`, category, source: readFileSync(join(folder, category, name), "utf8") })));
  const entries = found.map((read) => entryOf(graph, read)).sort((one, other) => (one.id < other.id ? -1 : 1));
  const twice = entries.find(({ id }, at) => entries[at + 1]?.id === id);
  if (twice) throw new Error(`two templates are called ${twice.id}`);
  return entries;
}

/** @param {string} root */
export async function buildTemplates(root) {
  writeFileSync(join(root, ".build/templates.txt"), JSON.stringify(await readTemplates(root)));
}
