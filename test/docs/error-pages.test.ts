/**
 * docs/errors/: one page for each code, whether a request is refused with it (problem.ts) or
 * an execution ends with it (found in the sources).
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { errorRecord } from "../../sdk/schema/execution.ts";
import { problem, problemCodes } from "../../sdk/schema/problem.ts";
import { refusalTitles } from "../../worker/egress/refusal.ts";

const root = new URL("../../", import.meta.url);
const folder = fileURLToPath(new URL("docs/errors/", root));
const page = (code: string): string => readFileSync(`${folder}${code}.md`, "utf8");

/** Rooms whose errors end up in executions. */
const rooms = ["sdk/authoring", "sdk/runtime", "durable-objects/execution", "worker/egress", "worker/sandbox"];
/** How these sources write a code down. */
const written = /(?:\bcode(?:: string)?\s*[:=]\s*|\b(?:FatalError|Refusal|LimitExceeded|exceed)\(\s*)"([a-z]+(?:-[a-z]+)+|cancelled|stuck)"/gm;

function codesIn(room: string): string[] {
  const base = new URL(`${room}/`, root);
  const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  return files.flatMap((name) => [...readFileSync(new URL(name, base), "utf8").matchAll(written)].map(([, code]) => code ?? ""));
}

const found = new Set([...rooms.flatMap(codesIn), ...Object.keys(refusalTitles)]);
const ofExecutions = [...found].filter((code) => !(code in problemCodes)).sort();

function sections(text: string): void {
  for (const heading of ["## Cause", "## What to do"]) expect(text.split(heading)[1]?.split("\n## ")[0]?.trim().length).toBeGreaterThan(15);
}

const example = (text: string): unknown => JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? "");

describe("the pages of errors", () => {
  it("are there for each code, and for nothing else", () => {
    const pages = readdirSync(folder).map((name) => name.replace(/\.md$/, ""));
    expect(pages.sort()).toEqual([...Object.keys(problemCodes), ...ofExecutions].sort());
  });

  it("are asked for by what the sources say", () => {
    expect(ofExecutions).toEqual(expect.arrayContaining(["cancelled", "child-failed", "cpu-limit", "egress-denied", "memory-limit", "regex-limit", "step-limit", "stuck", "turn-crashed", "value-too-large"]));
  });

  it.each(Object.entries(problemCodes))("%s: says the cause and what to do, with an example that is such a problem", (code, [status, title]) => {
    const text = page(code);
    expect(text.startsWith(`# ${code}\n\n**${status} · ${title}**`)).toBe(true);
    sections(text);
    expect(problem.parse(example(text))).toMatchObject({ code, status, title, type: `https://everstep.dev/errors/${code}` });
  });

  it.each(ofExecutions)("%s: says the cause and what to do, with an example that is such an error", (code) => {
    const text = page(code);
    const title = code in refusalTitles ? `Refusal of a request · ${refusalTitles[code as keyof typeof refusalTitles]}` : "Error of an execution · ";
    expect(text.startsWith(`# ${code}\n\n**${title}`)).toBe(true);
    sections(text);
    expect(errorRecord.strict().parse(example(text))).toMatchObject({ code });
  });
});
