/** docs/deploy-to-cloudflare.md names everything the Worker reads, and nothing else. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../local/server.ts";
import { readBindings } from "./bindings.ts";

const read = (path: string): string => readFileSync(join(repository, path), "utf8");
const guide = read("docs/deploy-to-cloudflare.md");
const section = /^## Bindings[^]*?(?=^## )/m.exec(guide)?.[0] ?? "";
const rows = [...section.matchAll(/^\| `([A-Z][A-Z0-9_]*)` \| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm)].map(([, name = "", kind = "", without = ""]) => ({ name, kind: kind.trim(), without: without.trim() }));
const members = [...(/export interface Env \{([^]*?)^\}/m.exec(read("worker/env.ts"))?.[1] ?? "").matchAll(/^ {2}([A-Z][A-Z0-9_]*)(\??):/gm)].map(([, name = "", optional]) => ({ name, required: optional === "" }));
const sorted = (list: ReadonlyArray<{ name: string }>): string[] => list.map(({ name }) => name).sort();

test("the table has a row for each member of Env, and no other", () => {
  expect(members.length).toBeGreaterThan(15);
  expect(sorted(rows)).toEqual(sorted(members));
});

test("what Env requires is called required, and what it does not is not", () => {
  expect(sorted(rows.filter(({ without }) => without.startsWith("required")))).toEqual(sorted(members.filter(({ required }) => required)));
});

test("what wrangler.toml binds is in the table, objects with their class", () => {
  const kinds = new Map(rows.map(({ name, kind }) => [name, kind]));
  for (const { name, className } of readBindings()) {
    expect([...kinds.keys()]).toContain(name);
    if (className) expect(kinds.get(name), name).toBe(`Durable Object \`${className}\``);
  }
});

test("what Env requires is bound, or a secret", () => {
  const bound = new Set(readBindings().map(({ name }) => name));
  const secrets = new Set(rows.filter(({ kind }) => kind === "secret").map(({ name }) => name));
  for (const { name } of members.filter(({ required }) => required)) expect(bound.has(name) || secrets.has(name), name).toBe(true);
});

test("every secret that is required is put by a command of the guide", () => {
  for (const { name } of rows.filter(({ kind, without }) => kind === "secret" && without.startsWith("required"))) expect(guide).toContain(`wrangler secret put ${name}\n`);
});
