import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { batch } from "../../../db/batch.ts";
import { purgeMails } from "../../../db/mails.ts";
import type { Env } from "../../env.ts";
import { deliverMails, mostAttempts } from "./deliver.ts";
import { type Mail, linkTo, queueMail } from "./queue.ts";
import { type MailTransport, type OutgoingMail, transportOf } from "./transport.ts";

const env = bindings as unknown as Env;
const minute = 60_000;

const queue = async (now: number, mail: Partial<Mail> = {}) => batch(env.DB, [queueMail({ env, now }, { to: "ada@example.com", subject: "Hello", text: "the link", ...mail })]);
const rows = async () => (await env.DB.prepare("select status, attempts, error, text, next_attempt_at, sent_at from mails order by recipient, id").all()).results;

/** Remembers what it was given; fails as long as it is told to. */
function recorder() {
  const sent: OutgoingMail[] = [];
  let failure: Error | null = null;
  const transport: MailTransport = async (mail) => {
    await Promise.resolve();
    if (failure) throw failure;
    sent.push(mail);
  };
  return { sent, transport, fail: (error: Error | null) => void (failure = error) };
}

beforeEach(async () => {
  await env.DB.prepare("delete from mails").run();
});

describe("a mail that is due", () => {
  it("goes out once, and its text is kept no longer", async () => {
    await queue(1000);
    const { sent, transport } = recorder();
    await deliverMails(env, 1000, transport);
    await deliverMails(env, 2000, transport);
    expect(sent).toEqual([{ id: expect.any(String), to: "ada@example.com", subject: "Hello", text: "the link", html: null }]);
    expect(await rows()).toEqual([{ status: "sent", attempts: 1, error: null, text: "", next_attempt_at: expect.any(Number), sent_at: 1000 }]);
  });

  it("goes out once when several senders are at work", async () => {
    for (const _ of [1, 2, 3]) await queue(0);
    const { sent, transport } = recorder();
    await Promise.all(Array.from({ length: 4 }, () => deliverMails(env, 0, transport)));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
    expect(sent).toHaveLength(3);
  });

  it("has one line as its subject, whatever a name holds", async () => {
    await queue(0, { subject: "Hello\r\nBcc: everybody@example.com" });
    const { sent, transport } = recorder();
    await deliverMails(env, 0, transport);
    expect(sent[0]?.subject).toBe("Hello Bcc: everybody@example.com");
  });
});

describe("a mail that does not go out", () => {
  it("is tried again after 1, 2, 4 … minutes with the same id, 8 times in all", async () => {
    await queue(0);
    const { transport, fail } = recorder();
    const ids = new Set<string>();
    fail(new Error("451 try again later"));
    const noting: MailTransport = (mail) => {
      ids.add(mail.id);
      return transport(mail);
    };
    const times: number[] = [];
    let before = 0;
    for (let at = 0; at <= 300; at++) {
      await deliverMails(env, at * minute, noting);
      const [row] = await rows();
      if (Number(row?.["attempts"]) > before) times.push(at);
      before = Number(row?.["attempts"]);
    }
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 127]);
    expect(times).toHaveLength(mostAttempts);
    expect(ids.size).toBe(1);
    expect(await rows()).toMatchObject([{ status: "failed", error: "451 try again later", text: "" }]);
  });

  it("because its sender died is tried by another two minutes later", async () => {
    await queue(0);
    void deliverMails(env, 0, () => new Promise(() => undefined));
    // The attempt is taken when this reads that it is.
    while (Number((await rows())[0]?.["attempts"]) === 0);
    const { sent, transport } = recorder();
    await deliverMails(env, 2 * minute - 1, transport);
    expect(sent).toHaveLength(0);
    await deliverMails(env, 2 * minute, transport);
    expect(sent).toHaveLength(1);
  });

  it("does not hold up the others", async () => {
    for (const to of ["a@example.com", "b@example.com"]) await queue(0, { to });
    const { sent, transport } = recorder();
    await deliverMails(env, 0, (mail) => (mail.to === "a@example.com" ? Promise.reject(new Error("550 no such mailbox: a@example.com")) : transport(mail)));
    expect(sent.map(({ to }) => to)).toEqual(["b@example.com"]);
    expect((await rows())[0]).toMatchObject({ status: "queued", error: "550 no such mailbox: [recipient]" });
  });

  it("stays queued as long as there is no way to send", async () => {
    await queue(0);
    await deliverMails(env, 0, null);
    expect(await rows()).toMatchObject([{ status: "queued", attempts: 0, text: "the link" }]);
  });
});

describe("the way out", () => {
  const mail: OutgoingMail = { id: "id-1", to: "ada@example.com", subject: "Hello", text: "text", html: null };

  it("is the MAIL binding: JSON by POST, the mail's id as idempotency key", async () => {
    const seen: unknown[] = [];
    const answering = (status: number) => ({ fetch: async (url: string, init: RequestInit) => (seen.push([url, init.method, new Headers(init.headers).get("idempotency-key"), JSON.parse(String(init.body))]), new Response("greylisted", { status })) }) as unknown as Fetcher;
    await transportOf({ ...env, MAIL: answering(202), MAIL_FROM: "flows@example.com" })?.(mail);
    expect(seen).toEqual([["http://mail/send", "POST", "id-1", { ...mail, from: "flows@example.com" }]]);
    await expect(transportOf({ ...env, MAIL: answering(503) })?.(mail)).rejects.toThrow("the mail service answered 503: greylisted");
  });

  it("is else Cloudflare's email binding, with a sender", async () => {
    const seen: unknown[] = [];
    const SEND_EMAIL = { send: async (message: unknown) => (seen.push(message), { messageId: "m" }) };
    await transportOf({ ...env, SEND_EMAIL, MAIL_FROM: "flows@example.com" })?.(mail);
    expect(seen).toEqual([{ from: "flows@example.com", to: "ada@example.com", subject: "Hello", text: "text" }]);
    expect(transportOf({ ...env, SEND_EMAIL })).toBeNull();
    expect(transportOf(env)).toBeNull();
  });
});

describe("a link", () => {
  it("begins with the installation's address and has its secret in the fragment", () => {
    expect(linkTo({ env: { ...env, PUBLIC_URL: "https://flows.example.com/" } }, "/account/reset", "a/b")).toBe("https://flows.example.com/account/reset#token=a%2Fb");
  });

  it("cannot be made without that address", () => {
    const { PUBLIC_URL: _, ...without } = env;
    expect(() => linkTo({ env: without }, "/account/reset", "x")).toThrow(expect.objectContaining({ code: "unavailable" }));
  });
});

it("old mails are deleted, those still on their way stay", async () => {
  await queue(0);
  await queue(0);
  await deliverMails(env, 0, recorder().transport);
  await queue(0);
  await purgeMails(env.DB, 10 * minute);
  expect(await rows()).toMatchObject([{ status: "queued" }]);
});
