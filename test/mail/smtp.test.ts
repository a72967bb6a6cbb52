/** The SMTP client against real servers on loopback, honest and hostile. */
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { OutgoingMail } from "../../worker/email/mail.ts";
import { composeMessage } from "../../worker/email/message.ts";
import { sendOverSmtp, trySignIn } from "../../worker/email/smtp/send.ts";
import { type Deadlines, defaultDeadlines, type SmtpError } from "../../worker/email/smtp/session.ts";
import type { SmtpAccount } from "../../worker/email/smtp/sign-in.ts";
import { nodeConnect } from "./node-network.ts";
import { answering, type CertificateName, credentials, honestServer, hostileServer, type Script } from "./servers.ts";

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

const kept = <T extends { close(): Promise<void> }>(one: T): T => (closing.push(one), one);

const mail: OutgoingMail = { id: "01a1fe09-faf8-7e94-a097-86d7cbc5fc98", to: [{ address: "ada@example.com", name: "Ada, Countess" }], cc: [{ address: "grace@example.com" }], envelope: ["ada@example.com", "grace@example.com", "hidden@example.com"], replyTo: "desk@example.com", listUnsubscribe: "https://example.com/out?u=1", subject: "Olá — конец ✓", text: "one\n.\n..two\n", html: "<p>Olá</p>", attachments: [{ filename: "naïve résumé.pdf", content_type: "application/pdf", content: new Uint8Array([0, 1, 13, 10, 46, 13, 10, 255]) }], date: Date.UTC(2026, 10, 21) };
const from = { address: "flows@example.com", name: "Flows" };

const account = (port: number, more: Partial<SmtpAccount> = {}): SmtpAccount => ({ host: "localhost", port, security: "starttls", ...credentials, ...more });

async function send(to: SmtpAccount, { envelope = mail.envelope, deadlines = defaultDeadlines, message = undefined as Uint8Array | undefined } = {}) {
  const bytes = message ?? (await composeMessage(mail, from, "flows.example.com"));
  return sendOverSmtp(to, "flows.example.com", { from: from.address, to: envelope }, bytes, { connect: nodeConnect, deadlines });
}

const soon: Deadlines = { connect: 400, reply: 400, accept: 400, whole: 5_000 };

describe("a mail by SMTP", () => {
  it.each([
    ["STARTTLS", { secure: false }, "starttls"],
    ["TLS from the beginning", { secure: true }, "tls"],
  ] as const)("arrives whole over %s, and nobody sees who is in bcc", async (_, options, security) => {
    const server = kept(await honestServer(options));
    expect(await send(account(server.port, { security }))).toEqual(mail.envelope.map((address) => ({ address, result: "accepted", detail: "" })));
    const [got] = server.received;
    expect(got).toMatchObject({ from: "flows@example.com", to: mail.envelope, user: "flows", secure: true, helo: "flows.example.com" });
    expect(got?.raw).not.toMatch(/hidden@|^bcc:/im);
    expect(got?.mail).toMatchObject({
      messageId: "<01a1fe09-faf8-7e94-a097-86d7cbc5fc98@flows.example.com>",
      date: "2026-11-21T00:00:00.000Z",
      subject: "Olá — конец ✓",
      from: { address: "flows@example.com", name: "Flows" },
      to: [{ address: "ada@example.com", name: "Ada, Countess" }],
      cc: [{ address: "grace@example.com" }],
      replyTo: [{ address: "desk@example.com" }],
      text: expect.stringMatching(/^one\n\.\n\.\.two\n+$/),
      html: expect.stringContaining("<p>Olá</p>"),
      attachments: [{ filename: "naïve résumé.pdf", mimeType: "application/pdf" }],
    });
    expect(new Uint8Array(got?.mail.attachments[0]?.content as ArrayBuffer)).toEqual(mail.attachments[0]?.content);
    const header = (name: string) => got?.mail.headers.find(({ key }) => key === name)?.value;
    expect([header("list-unsubscribe"), header("list-unsubscribe-post")]).toEqual(["<https://example.com/out?u=1>", "List-Unsubscribe=One-Click"]);
  });

  it("signs in with LOGIN where there is no PLAIN, and not at all where nobody asks", async () => {
    const login = kept(await honestServer({ authMethods: ["LOGIN"] }));
    expect((await send(account(login.port)))[0]?.result).toBe("accepted");
    expect(login.received[0]?.user).toBe("flows");
    const open = kept(await honestServer({ authOptional: true }));
    expect((await send(account(open.port, { username: null, password: null })))[0]?.result).toBe("accepted");
  });

  it("is said to be taken or not for each recipient", async () => {
    const answers: Record<string, number> = { "grace@example.com": 451, "hidden@example.com": 550 };
    const server = kept(await honestServer({ onRcptTo: ({ address }, _session, done) => done(answers[address] ? Object.assign(new Error(`no, ${address}`), { responseCode: answers[address] }) : null) }));
    expect(await send(account(server.port))).toEqual([
      { address: "ada@example.com", result: "accepted", detail: "" },
      { address: "grace@example.com", result: "temporary", detail: expect.stringContaining("answered RCPT with 451 no") },
      { address: "hidden@example.com", result: "permanent", detail: expect.stringContaining("answered RCPT with 550 no") },
    ]);
    expect(server.received[0]?.to).toEqual(["ada@example.com"]);
  });

  it("to letters outside of ASCII asks for SMTPUTF8, and fails for good where there is none", async () => {
    const server = kept(await honestServer());
    const utf8 = { ...mail, to: [{ address: "zoë@example.com" }], envelope: ["zoë@example.com"] };
    expect((await send(account(server.port), { envelope: utf8.envelope, message: await composeMessage(utf8, from, "x.example") }))[0]).toMatchObject({ result: "accepted" });
    expect(server.received[0]?.to).toEqual(["zoë@example.com"]);
    const old = kept(await hostileServer(answering({})));
    expect((await send(account(old.port, { security: "none" }), { envelope: ["zoë@example.com"] }))[0]).toMatchObject({ result: "permanent", detail: expect.stringContaining("it offers no SMTPUTF8") });
  });

  it("that is too large is not sent at all", async () => {
    const server = kept(await honestServer({ size: 500 }));
    expect((await send(account(server.port)))[0]).toMatchObject({ result: "permanent", detail: expect.stringMatching(/the mail has \d+ bytes, and localhost:\d+ takes 500/) });
    expect(server.received).toEqual([]);
  });

  it("is tried again after 4xx and arrives then", async () => {
    let busy = true;
    const server = kept(await honestServer({ onMailFrom: (_address, _session, done) => done(busy ? Object.assign(new Error("greylisted"), { responseCode: 451 }) : null) }));
    expect((await send(account(server.port)))[0]).toMatchObject({ result: "temporary", detail: expect.stringContaining("451 greylisted") });
    busy = false;
    expect((await send(account(server.port)))[0]?.result).toBe("accepted");
  });
});

describe("credentials", () => {
  const seen = (lines: readonly string[]) => lines.filter((line) => line !== "STARTTLS" && /AUTH|MAIL|^[A-Za-z0-9+/=]{8,}$/.test(line));

  it("are not sent to a server that offers no STARTTLS", async () => {
    const server = kept(await hostileServer(answering({})));
    expect((await send(account(server.port)))[0]).toMatchObject({ result: "temporary", detail: expect.stringContaining("does not offer STARTTLS, and without encryption nothing is sent to it") });
    expect(server.lines).toEqual(["EHLO flows.example.com"]);
  });

  it.each<[string, string, string]>([
    ["refuses STARTTLS after all", "454 not today", "answered STARTTLS with 454 not today"],
    ["says more before encryption than it was asked for", "220 go on\r\n250-injected\r\n250 AUTH PLAIN", "sent more before encryption than it was asked for"],
  ])("are not sent to one that %s", async (_, STARTTLS, why) => {
    const server = kept(await hostileServer(answering({ EHLO: "250-hello\r\n250-STARTTLS\r\n250 AUTH PLAIN", STARTTLS })));
    expect((await send(account(server.port)))[0]).toMatchObject({ result: "temporary", detail: expect.stringContaining(why) });
    expect(seen(server.lines)).toEqual([]);
  });

  const upgrading = (name: CertificateName): Script => {
    const plain = answering({ EHLO: "250-hello\r\n250-STARTTLS\r\n250 AUTH PLAIN" });
    return (line, socket, tls) => {
      if (line !== "STARTTLS") return plain(line, socket, tls);
      socket.write("220 go on\r\n", () => tls(name));
    };
  };

  it.each<[string, CertificateName, RegExp]>([
    ["a certificate that nobody vouches for", "stranger", /self-signed certificate/],
    ["a certificate for another name", "elsewhere", /does not match|altnames/],
  ])("are not sent to one with %s", async (_, name, why) => {
    const starttls = kept(await hostileServer(upgrading(name)));
    expect((await send(account(starttls.port)))[0]).toMatchObject({ result: "temporary", detail: expect.stringMatching(why) });
    const implicit = kept(await hostileServer(answering({}), name));
    expect((await send(account(implicit.port, { security: "tls" })))[0]).toMatchObject({ result: "temporary", detail: expect.stringMatching(why) });
    expect([...seen(starttls.lines), ...seen(implicit.lines)]).toEqual([]);
  });

  it("that are wrong are told apart from a server that fails, and are in no message", async () => {
    const server = kept(await honestServer());
    const tried = await trySignIn(account(server.port, { password: "wrong-password" }), "x.example", { connect: nodeConnect }).catch((error: SmtpError) => error);
    expect(tried).toMatchObject({ stage: "AUTH", result: "permanent", message: expect.stringContaining("answered AUTH with 535") });
    const echo: Script = (line, socket, tls) => (line?.startsWith("AUTH") ? void socket.write(`535 ${line} ${credentials.password}\r\n`) : answering({})(line, socket, tls));
    const echoing = kept(await hostileServer(echo));
    const [outcome] = await send(account(echoing.port, { security: "none", password: "s3cret" }));
    expect(outcome?.detail).toContain("535 AUTH PLAIN [password]");
  });

  it("can be tried without sending anything", async () => {
    const server = kept(await honestServer());
    expect((await trySignIn(account(server.port), "x.example", { connect: nodeConnect })).extensions).toContain("AUTH");
    expect(server.received).toEqual([]);
  });
});

describe("a hostile server", () => {
  const stages = ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "message"] as const;
  const plain = (port: number) => account(port, { security: "none" });
  const result = async (script: Script, deadlines = soon) => {
    const server = kept(await hostileServer(script));
    const began = performance.now();
    const outcomes = await send(plain(server.port), { deadlines });
    return { server, outcomes, tookMs: performance.now() - began };
  };

  it.each(stages)("that hangs up instead of answering %s ends the attempt at once", async (stage) => {
    const { outcomes, tookMs } = await result(answering({ [stage]: (socket: Socket) => socket.end() }), defaultDeadlines);
    expect(new Set(outcomes.map((one) => one.result))).toEqual(new Set(["temporary"]));
    expect(outcomes[0]?.detail).toContain(stage === "greeting" ? "closed the connection without a greeting" : `closed the connection instead of answering ${stage}`);
    expect(tookMs).toBeLessThan(2_000);
  });

  it.each(stages)("that breaks the connection at %s does so too", async (stage) => {
    const { outcomes } = await result(answering({ [stage]: (socket: Socket) => socket.resetAndDestroy() }), defaultDeadlines);
    expect(outcomes.map((one) => one.result)).toEqual(["temporary", "temporary", "temporary"]);
  });

  it.each(stages)("that says nothing at %s is given up in time", async (stage) => {
    const { outcomes } = await result(answering({ [stage]: () => undefined }));
    expect(outcomes[0]).toMatchObject({ result: "temporary", detail: expect.stringMatching(/took longer than 0\.4 seconds/) });
  });

  it("that hangs up after it has taken the mail has taken it", async () => {
    const { outcomes } = await result(answering({ QUIT: (socket) => socket.resetAndDestroy() }));
    expect(outcomes.map((one) => one.result)).toEqual(["accepted", "accepted", "accepted"]);
  });

  it("that drips its replies is given up when the whole takes too long", async () => {
    const drip = (socket: Socket) => {
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write("2")), 50);
    };
    const { outcomes } = await result(answering({ EHLO: drip }), { ...soon, reply: 60_000, whole: 500 });
    expect(outcomes[0]).toMatchObject({ result: "temporary", detail: expect.stringContaining("the whole conversation took longer than 0.5 seconds") });
  });

  it.each<[string, string]>([
    ["a banner without end", `${"220-hello\r\n".repeat(5_000)}`],
    ["a line without end", "220 ".concat("x".repeat(1_000_000))],
    ["something else than SMTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["two codes in one reply", "220-hello\r\n554 bye\r\n"],
    ["bytes of no kind", "\u0000\u0001\u00ff\r\n"],
  ])("that sends %s is left after a bounded number of bytes", async (_, greeting) => {
    const { outcomes, server } = await result(answering({ greeting: (socket) => socket.write(greeting, "latin1") }));
    expect(outcomes[0]).toMatchObject({ result: "temporary", detail: expect.stringContaining("does not speak SMTP as it should") });
    expect(server.lines).toEqual([]);
  });

  it.each<[number, string, string]>([
    [554, "greeting", "permanent"],
    [421, "greeting", "temporary"],
    [550, "MAIL", "permanent"],
    [452, "DATA", "temporary"],
    [554, "message", "permanent"],
    [451, "message", "temporary"],
  ])("that answers %s at %s refuses for all: %s", async (code, stage, expected) => {
    const { outcomes } = await result(answering({ [stage]: `${code} no` }));
    expect(outcomes.map((one) => one.result)).toEqual([expected, expected, expected]);
    expect(outcomes[0]?.detail).toContain(`${code} no`);
  });

  it("that is not there is told so", async () => {
    const server = await hostileServer(answering({}));
    await server.close();
    expect((await send(plain(server.port)))[0]).toMatchObject({ result: "temporary", detail: expect.stringContaining("ECONNREFUSED") });
  });
});

describe("an injection", () => {
  it.each<[string, Partial<OutgoingMail>]>([
    ["the subject", { subject: "Hello\r\nBcc: everybody@example.com" }],
    ["a name in to", { to: [{ address: "ada@example.com", name: "Ada\r\nBcc: everybody@example.com" }] }],
    ["an address in cc", { cc: [{ address: "grace@example.com\r\nBcc: everybody@example.com" }] }],
    ["reply_to", { replyTo: "desk@example.com\nX: y" }],
    ["list_unsubscribe", { listUnsubscribe: "mailto:a@example.com>\r\nX: y" }],
    ["an attachment's file name", { attachments: [{ filename: "a\r\nX: y", content_type: "text/plain", content: new Uint8Array() }] }],
    ["an attachment's type", { attachments: [{ filename: "a", content_type: "text/plain\r\nX: y", content: new Uint8Array() }] }],
  ])("into a header by %s is refused for good, with its place", async (where, change) => {
    await expect(composeMessage({ ...mail, ...change }, from, "x.example")).rejects.toMatchObject({ result: "permanent", message: expect.stringContaining(`${where} holds a line break`) });
  });

  it("of commands by an address is not sent", async () => {
    const server = kept(await hostileServer(answering({})));
    expect((await send(account(server.port, { security: "none" }), { envelope: ["ada@example.com>\r\nDATA"] }))[0]).toMatchObject({ result: "permanent", detail: expect.stringContaining("more than one line") });
    expect(server.lines.some((line) => line.startsWith("DATA"))).toBe(false);
  });

  it("of a second mail by the text stays text", async () => {
    const server = kept(await honestServer());
    const smuggled = new TextEncoder().encode("Subject: one\n\nhello\n.\nMAIL FROM:<eve@example.com>\r.\rx\r\n.\r\nRCPT TO:<victim@example.com>\r\n");
    expect((await send(account(server.port), { message: smuggled }))[0]?.result).toBe("accepted");
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.raw).toBe("Subject: one\r\n\r\nhello\r\n.\r\nMAIL FROM:<eve@example.com>\r\n.\r\nx\r\n.\r\nRCPT TO:<victim@example.com>\r\n");
  });
});
