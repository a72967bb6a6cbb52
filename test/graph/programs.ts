/**
 * The programs that the graph has to open: those of the repository, those of its documentation,
 * and those in ./corpus, which are written in the manner of Cloudflare's documentation and of
 * other engines.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";

export interface Program {
  group: "workflows" | "templates" | "documentation" | "corpus";
  name: string;
  source: string;
}

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

function filesOf(folder: string, ending: string, deep = false): string[] {
  return readdirSync(new URL(`${folder}/`, root), { recursive: deep, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !name.endsWith(".test.ts") && !/(?:^|\/)(?:dist|node_modules|graph)\//.test(name))
    .map((name) => `${folder}/${name}`)
    .sort();
}

const inFolder = (group: Program["group"], folder: string, deep = false): Program[] =>
  filesOf(folder, ".ts", deep)
    .map((path) => ({ group, name: path.split("/").at(-1) ?? path, source: read(path) }))
    .filter(({ source }) => isWorkflow(source));

const isWorkflow = (source: string): boolean => /\bworkflow\(\s*(?:\/\*.*?\*\/\s*)?[{a-zA-Z]|extends \S*(?:WorkflowEntrypoint|Base|Audited)\b/.test(source) && /\bimport\b/.test(source);

/** Code blocks of pages and of docstrings in which there is a workflow; what they leave out is put there. */
function* documented(): Generator<Program> {
  for (const path of ["README.md", "sdk/README.md", ...filesOf("docs", ".md"), ...filesOf("sdk", ".ts", true)]) {
    const text = read(path);
    if (path.endsWith(".md") && !text.includes("```ts")) continue;
    const blocks = path.endsWith(".md") ? text.matchAll(/```ts(?: [^\n]*)?\n([\s\S]*?)```/g) : text.matchAll(/^ *\* ```ts\n((?: *\*.*\n)*?) *\* ```/gm);
    let count = 0;
    for (const [, block = ""] of blocks) {
      const code = path.endsWith(".md") ? block : block.replace(/^ *\* ?/gm, "");
      // Left out, or what tests a workflow.
      if (!/\bworkflow\(\s*\{|extends WorkflowEntrypoint/.test(code) || /[{(,\s]…|testWorkflow|describe\(|\bit\(/.test(code)) continue;
      const imports = /from "(?:everstep|cloudflare:workers)"/.test(code) ? "" : 'import { actions, crm, on, workflow } from "everstep";\n';
      yield { group: "documentation", name: `${path}${++count === 1 ? "" : ` (${count})`}`, source: imports + code };
    }
  }
}

export const programs: readonly Program[] = [...inFolder("workflows", "workflows"), ...inFolder("templates", "workflows/templates", true), ...documented(), ...inFolder("corpus", "test/graph/corpus")];
