/** docs/platform.md shows what plans allow; the plans themselves are the truth. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type LimitName, limitTitles, planNames, plans } from "../../worker/auth/plans.ts";

const page = readFileSync(new URL("../../docs/platform.md", import.meta.url), "utf8");
const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
const shownAs = (value: number | null) => (value === null ? "-" : value.toLocaleString("en-US"));

it("the table of plans is the one the code makes", () => {
  const names = Object.keys(limitTitles) as LimitName[];
  const table = [row(["limit", ...planNames, "of what"]), row(Array.from({ length: planNames.length + 2 }, () => "---")), ...names.map((name) => row([`\`${name}\``, ...planNames.map((plan) => shownAs(plans[plan][name])), limitTitles[name]]))].join("\n");
  const [found] = /\| limit \|[\s\S]*?(?=\n\n|\n*$)/.exec(page) ?? [];
  expect(found, `put this into docs/platform.md:\n\n${table}\n`).toBe(table);
});
