/** Mail of a local server: into files, or to a real SMTP server on loopback. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openDataFolder } from "./files.mjs";
import { openMail } from "./mail.mjs";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  vi.restoreAllMocks();
});

const id = "01a1fe09-faf8-7e94-a097-86d7cbc5fc98";
const mail = { id, from: "flows@example.com", to: [{ address: "ada@example.com" }], cc: [], recipients: ["ada@example.com"], reply_to: null, subject: "Confírm", text: "Olá,\n\nhttps://flows.example.com/account/confirm#token=SECRET\n", html: null, headers: {}, attachments: [] };

function folder() {
  const root = mkdtempSync(join(tmpdir(), "everstep-test-"));
  closing.push(() => rmSync(root, { recursive: true, force: true }));
  return openDataFolder(root);
}

function printed(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  return lines;
}

const post = async (send: ReturnType<typeof openMail>, body: object) => {
  const response = await send(new Request("http://mail/send", { method: "POST", body: JSON.stringify(body) }));
  return { status: response.status, text: await response.text() };
};

interface Received {
  from: string | false;
  to: string[];
  raw: string;
  user: unknown;
}

/** @param refuse what it says to a recipient, instead of taking the mail */
async function smtpServer(refuse?: string) {
  const received: Received[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) => (username === "flows" && password === "p@ss" ? done(null, { user: username }) : done(new Error("535 wrong password"))),
    onRcptTo: (_address, _session, done) => done(refuse === undefined ? null : Object.assign(new Error(refuse), { responseCode: Number(refuse.slice(0, 3)) })),
    onData(stream, session, done) {
      let raw = "";
      stream.on("data", (chunk: Buffer) => (raw += chunk.toString()));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({ from: mailFrom && mailFrom.address, to: rcptTo.map(({ address }) => address), raw, user: session.user });
        done();
      });
    },
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closing.push(() => new Promise<void>((closed) => server.close(closed)));
  return { received, port: (server.server.address() as AddressInfo).port };
}

describe("mail without an SMTP server", () => {
  it("is a file that only its owner may read, and a line that tells neither link nor address", async () => {
    const lines = printed();
    const data = folder();
    expect(await post(openMail(data, undefined), mail)).toEqual({ status: 200, text: "sent" });
    const path = join(data.mail, `${id}.txt`);
    expect(readFileSync(path, "utf8")).toMatch(/^From: flows@example.com\nTo: ada@example.com\nSubject: Confírm\nDate: .+\n\nOlá,\n\nhttps:/);
    expect([statSync(path), statSync(join(data.mail, `${id}.json`)), statSync(data.mail)].map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600, 0o700]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/Mail for a…@…: Confírm \(.+\.txt\)/);
    expect(lines[0]).not.toMatch(/SECRET|ada@|example/);
  });

  it("is one file however often it is tried, and none outside of the folder", async () => {
    printed();
    const data = folder();
    const send = openMail(data, undefined);
    await post(send, mail);
    await post(send, mail);
    expect((await post(send, { ...mail, id: "../../elsewhere" })).status).toBe(502);
    expect(readdirSync(data.mail).sort()).toEqual([`${id}.json`, `${id}.txt`]);
  });
});

describe("mail by SMTP", () => {
  it("arrives as it was written, with the sender, under an id that stays the same", async () => {
    const lines = printed();
    const { received, port } = await smtpServer();
    const send = openMail(folder(), `smtp://flows:p%40ss@127.0.0.1:${port}`);
    expect(await post(send, mail)).toEqual({ status: 200, text: "sent" });
    await post(send, { ...mail, html: "<p>Olá</p>" });
    expect(received).toHaveLength(2);
    expect(received[0]).toMatchObject({ from: "flows@example.com", to: ["ada@example.com"], user: "flows" });
    expect(received[0]?.raw).toContain(`Message-ID: <${id}@127.0.0.1>`);
    expect(received[0]?.raw).toContain("Subject: =?UTF-8?Q?Conf=C3=ADrm?=");
    expect(received[0]?.raw.replaceAll("=\r\n", "")).toContain("#token=3DSECRET");
    expect(received[1]?.raw).toContain("Content-Type: multipart/alternative");
    expect(lines[0]).not.toMatch(/SECRET|ada@/);
  });

  it("goes to its recipients alone, and shows those in bcc to nobody", async () => {
    printed();
    const { received, port } = await smtpServer();
    const more = { cc: [{ address: "grace@example.com", name: "Grace" }], recipients: ["grace@example.com", "hidden@example.com"], reply_to: "desk@example.com", headers: { "List-Unsubscribe": "<https://example.com/out>" }, attachments: [{ filename: "a.txt", content_type: "text/plain", content: "aGVsbG8=" }] };
    await post(openMail(folder(), `smtp://127.0.0.1:${port}`), { ...mail, ...more });
    expect(received[0]?.to).toEqual(["grace@example.com", "hidden@example.com"]);
    expect(received[0]?.raw).not.toContain("hidden@");
    for (const text of ["Cc: Grace <grace@example.com>", "Reply-To: desk@example.com", "List-Unsubscribe: <https://example.com/out>", "aGVsbG8="]) expect(received[0]?.raw).toContain(text);
  });

  it("that will never be taken is told apart from what may be", async () => {
    printed();
    const { port } = await smtpServer("550 no such mailbox");
    expect(await post(openMail(folder(), `smtp://127.0.0.1:${port}`), mail)).toMatchObject({ status: 422, text: expect.stringContaining("550") });
  });

  it("that is refused, or finds nobody there, is told so that it is tried again", async () => {
    printed();
    const { port } = await smtpServer("451 greylisted");
    expect(await post(openMail(folder(), `smtp://127.0.0.1:${port}`), mail)).toMatchObject({ status: 502, text: expect.stringContaining("451 greylisted") });
    expect(await post(openMail(folder(), "smtp://127.0.0.1:1"), mail)).toMatchObject({ status: 502, text: expect.stringContaining("ECONNREFUSED") });
  });

  it("needs a URL that can be read", () => {
    for (const url of ["mail.example.com", "https://mail.example.com", "smtp"]) expect(() => openMail(folder(), url)).toThrow("EVERSTEP_SMTP_URL must be like");
  });
});
