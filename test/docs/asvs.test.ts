/** docs/asvs.md: every requirement is there once, and what it points to is there too. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(`${root}docs/asvs.md`, "utf8");

/** How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has: those of level 3 come last in each. */
const sections: Record<string, { last: number }> = {
  "1.1": { last: 2 }, "1.2": { last: 9 }, "1.3": { last: 11 }, "1.4": { last: 3 }, "1.5": { last: 2 },
  "2.1": { last: 3 }, "2.2": { last: 3 }, "2.3": { last: 4 }, "2.4": { last: 1 },
  "4.1": { last: 3 }, "4.2": { last: 1 }, "4.3": { last: 2 }, "4.4": { last: 4 },
  "6.1": { last: 3 }, "6.2": { last: 12 }, "6.3": { last: 4 }, "6.4": { last: 4 }, "6.5": { last: 5 }, "6.6": { last: 3 }, "6.8": { last: 4 },
  "7.1": { last: 3 }, "7.2": { last: 4 }, "7.3": { last: 2 }, "7.4": { last: 5 }, "7.5": { last: 2 }, "7.6": { last: 2 },
  "8.1": { last: 2 }, "8.2": { last: 3 }, "8.3": { last: 1 }, "8.4": { last: 1 },
  "9.1": { last: 3 }, "9.2": { last: 4 },
  "10.1": { last: 2 }, "10.2": { last: 2 }, "10.3": { last: 4 }, "10.4": { last: 11 }, "10.5": { last: 5 }, "10.6": { last: 2 }, "10.7": { last: 3 },
  "11.1": { last: 2 }, "11.2": { last: 3 }, "11.3": { last: 3 }, "11.4": { last: 4 }, "11.5": { last: 1 }, "11.6": { last: 1 },
  "16.1": { last: 1 }, "16.2": { last: 5 }, "16.3": { last: 4 }, "16.4": { last: 3 }, "16.5": { last: 3 },
};

interface Row {
  id: string;
  level: string;
  state: string;
  code: string[];
  tests: string[];
}

const paths = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path ?? "");

const rows: Row[] = text.split("\n").flatMap((line) => {
  const [, id, level, , state, code, test] = line.split("|").map((cell) => cell.trim());
  return id && level && state !== undefined && code !== undefined && test !== undefined && /^\d/.test(id) ? [{ id, level, state, code: paths(code), tests: paths(test) }] : [];
});
const stateOf = ({ state }: Row): string => /^\*\*(.+?)\*\*/.exec(state)?.[1] ?? state;

describe("the table of ASVS requirements", () => {
  it("has each requirement of levels 1 and 2 once, in the order of the standard", () => {
    const wanted = Object.entries(sections).flatMap(([section, { last }]) => Array.from({ length: last }, (_, index) => `${section}.${index + 1}`));
    expect(rows.map(({ id }) => id)).toEqual(wanted);
    expect(new Set(rows.map(({ level }) => level))).toEqual(new Set(["1", "2"]));
  });

  it.each(rows.map((row) => [row.id, row] as const))("%s: says how it stands, by files that are there", (_, row) => {
    expect(["met", "partly", "not", "not yet", "not applicable"]).toContain(stateOf(row));
    expect([...row.code, ...row.tests].filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
    expect(row.tests.filter((path) => !path.endsWith(".test.ts"))).toEqual([]);
    if (stateOf(row) === "met") expect(row.code).not.toEqual([]);
    // What is missing is said.
    if (stateOf(row) === "partly") expect(row.state).toMatch(/\*\*: \S/);
  });

  it("counts its rows right", () => {
    const count = (state: string): number => rows.filter((row) => stateOf(row) === state).length;
    expect(text).toContain(`Of ${rows.length} requirements ${count("met")} are met, ${count("partly")} partly, ${count("not")} not, ${count("not yet")} not yet, and ${count("not applicable")} do not apply.`);
  });

  it("is summed up by chapter on the page on security", () => {
    const security = readFileSync(`${root}docs/security.md`, "utf8");
    const chapters = [...text.matchAll(/^## V(\d+) (.+)$/gm)];
    expect(chapters.length).toBeGreaterThan(0);
    for (const [, number, title] of chapters) {
      const counts = ["met", "partly", "not", "not yet", "not applicable"].map((state) => rows.filter((row) => row.id.startsWith(`${number}.`) && stateOf(row) === state).length);
      expect(security).toContain(`| V${number} ${title} | ${counts.join(" | ")} |`);
    }
  });

  it("is found from the page on security", () => {
    expect(readFileSync(`${root}docs/security.md`, "utf8")).toContain("(asvs.md)");
  });
});
