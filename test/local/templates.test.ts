/** Templates by the command line: listed, shown, put into a project. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanUp, everstep, type LocalServer, startServer, temporaryFolder } from "./server.ts";

let server: LocalServer;
beforeAll(async () => {
  server = await startServer(temporaryFolder());
});
afterAll(cleanUp);

const code = readFileSync(new URL("../../workflows/templates/sales/big-deal-alert.ts", import.meta.url), "utf8");

test("templates lists them by category, and shows the code of one", async () => {
  const run = (...args: string[]) => everstep(["templates", ...args], { data: server.data, cwd: temporaryFolder() });
  const listed = await run("--category", "sales");
  expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(/big-deal-alert +sales +event +Tag large deals/)]);
  expect(listed.stdout).not.toContain("sync-contact");
  expect((await run("big-deal-alert")).stdout).toBe(code);
  const unknown = await run("nothing");
  expect([unknown.code === 0, unknown.stderr]).toEqual([false, expect.stringContaining("There is no template")]);
});

test("init --template makes a project with it, and puts another into the project that is there", async () => {
  const folder = temporaryFolder();
  const init = (...args: string[]) => everstep(["init", ...args], { data: server.data, cwd: folder });
  const made = await init("shop", "--template", "big-deal-alert");
  expect([made.code, made.stdout]).toEqual([0, expect.stringContaining("workflows/big-deal-alert.ts")]);
  expect(readFileSync(join(folder, "shop/workflows/big-deal-alert.ts"), "utf8")).toBe(code);
  expect(existsSync(join(folder, "shop/workflows/welcome.ts"))).toBe(true);

  const more = await init("shop", "--template", "sync-contact");
  expect([more.code, more.stdout]).toEqual([0, expect.stringMatching(/variable SYNC_URL: .*\n.*variable SYNC_LIST \(customers\).*\n.*needs: The secret `SYNC_TOKEN`/)]);
  expect(existsSync(join(folder, "shop/workflows/sync-contact.ts"))).toBe(true);
});

test("init --template overwrites nothing", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  const init = () => everstep(["init", "--template", "big-deal-alert"], { data: server.data, cwd: folder });
  expect((await init()).code).toBe(0);
  writeFileSync(join(folder, "workflows/big-deal-alert.ts"), "mine");
  expect(await init()).toMatchObject({ code: 2, stderr: expect.stringContaining("is there already") });
  expect(readFileSync(join(folder, "workflows/big-deal-alert.ts"), "utf8")).toBe("mine");
});
