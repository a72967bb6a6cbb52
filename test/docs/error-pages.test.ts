/** docs/errors/: one page for each code of sdk/schema/problem.ts. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { problem, problemCodes } from "../../sdk/schema/problem.ts";

const folder = fileURLToPath(new URL("../../docs/errors/", import.meta.url));
const pages = readdirSync(folder).map((name) => name.replace(/\.md$/, ""));

describe("the pages of errors", () => {
  it("are there for each code, and for nothing else", () => {
    expect(pages.sort()).toEqual(Object.keys(problemCodes).sort());
  });

  it.each(Object.entries(problemCodes))("%s: says the cause and what to do, with an example that is such a problem", (code, [status, title]) => {
    const text = readFileSync(`${folder}${code}.md`, "utf8");
    expect(text.startsWith(`# ${code}\n\n**${status} · ${title}**`)).toBe(true);
    for (const heading of ["## Cause", "## What to do"]) expect(text.split(heading)[1]?.split("\n## ")[0]?.trim().length).toBeGreaterThan(30);
    const example = /```json\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    expect(problem.parse(JSON.parse(example))).toMatchObject({ code, status, title, type: `https://everstep.dev/errors/${code}` });
  });
});
