/** docs/platform.md shows what the built-in roles allow; the roles themselves are the truth. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Grants, permissionNames, permissions } from "../../worker/auth/permissions.ts";
import { type BuiltInRole, builtInRoles } from "../../worker/auth/roles.ts";

const page = readFileSync(new URL("../../docs/platform.md", import.meta.url), "utf8");
const names = Object.keys(builtInRoles) as BuiltInRole[];

const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
const table = [
  row(["permission", ...names, "allows to"]),
  row(Array.from({ length: names.length + 2 }, () => "---")),
  ...permissionNames.map((permission) => {
    const cells = names.map((name) => {
      const grants: Grants = builtInRoles[name].grants;
      return grants[permission] ?? "-";
    });
    return row([`\`${permission}\``, ...cells, permissions[permission].replace(/^./, (letter) => letter.toLowerCase())]);
  }),
].join("\n");

it("the table of roles and permissions is the one the code makes", () => {
  const [shown] = /\| permission \|[\s\S]*?(?=\n\n|\n*$)/.exec(page) ?? [];
  expect(shown, `put this into docs/platform.md:\n\n${table}\n`).toBe(table);
});

it("what the built-in roles see masked is named", () => {
  for (const name of names) for (const [entity, fields] of Object.entries(builtInRoles[name].masked)) expect(page).toContain(`\`${name}\` sees ${fields.map((field) => `\`${entity}.${field}\``).join(", ")} masked`);
});
