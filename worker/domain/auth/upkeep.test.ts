import { env as bindings } from "cloudflare:workers";
import { expect, it } from "vitest";
import { batch } from "../../../db/batch.ts";
import { issueToken, peekToken } from "../../../db/one-time-tokens.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import { rotateAfterMs } from "../../auth/signing-keys.ts";
import type { Env } from "../../env.ts";
import { queueMail } from "../mails/queue.ts";
import { keepUpSignIn } from "./upkeep.ts";

const hour = 3_600_000;
const sent: string[] = [];
const MAIL = { fetch: async (_url: string, init: RequestInit) => (sent.push(String((JSON.parse(String(init.body)) as { subject: string }).subject)), new Response()) } as unknown as Fetcher;
const env: Env = { ...(bindings as unknown as Env), MAIL };
const count = async (table: string) => Number(await env.DB.prepare(`select count(*) as n from ${table}`).first("n"));

it("the cron sends the mail that is due, and forgets tokens and counts whose time is over, and no others", async () => {
  const tokens = await Promise.all([hour, 3 * hour].map((lifeMs) => issueToken(env.DB, { purpose: "reset", now: 0, lifeMs })));
  await batch(env.DB, [...tokens.map(({ statement }) => statement), queueMail({ env, now: 0 }, { to: "ada@example.com", subject: "Hello", text: "text" })]);
  await admitAttempt({ env, now: 0, caller: { ip: null, userAgent: null } }, "old");
  await admitAttempt({ env, now: 23 * hour, caller: { ip: null, userAgent: null } }, "young");
  await keepUpSignIn(env, 2 * hour);
  expect(sent).toEqual(["Hello"]);
  expect(await count("one_time_tokens")).toBe(1);
  expect(await peekToken(env.DB, { token: tokens[1]?.token ?? "", purpose: "reset", now: 2 * hour })).not.toBeNull();
  expect(await count("sign_in_failures")).toBe(2);
  await keepUpSignIn(env, 24 * hour);
  expect(await count("sign_in_failures")).toBe(1);
  expect(await count("mails")).toBe(1);
  await keepUpSignIn(env, 31 * 24 * hour);
  expect(await count("mails")).toBe(0);
});

it("the cron makes the first signing key, and another when it has signed for 30 days", async () => {
  await env.DB.prepare("delete from signing_keys").run();
  await keepUpSignIn(env, 0);
  await keepUpSignIn(env, rotateAfterMs - 1);
  expect(await count("signing_keys")).toBe(1);
  await keepUpSignIn(env, rotateAfterMs);
  expect(await count("signing_keys")).toBe(2);
});

it("what fails of it does not stop the rest, and is told", async () => {
  await batch(env.DB, [queueMail({ env, now: 0 }, { to: "ada@example.com", subject: "Later", text: "text" })]);
  await env.DB.prepare("drop table sign_in_failures").run();
  await expect(keepUpSignIn(env, 5 * hour)).rejects.toThrow("upkeep of sign-ins failed");
  expect(sent.at(-1)).toBe("Later");
});
