/** Mail as the real Worker sends it, from the API to servers on loopback. */
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Server, startServer } from "../support/server.ts";
import { answering, type CertificateName, credentials, honestServer, hostileServer, type MailServer, until } from "./servers.ts";

const authority = fileURLToPath(new URL("certificates/ca.pem", import.meta.url));

interface EmailView {
  id: string;
  status: string;
  attempts: number;
  error: string | null;
  next_attempt_at: string | null;
  recipients: { email: string; status: string; error: string | null }[];
}

let server: Server;
const closing: { close(): Promise<void> }[] = [];
const kept = <T extends { close(): Promise<void> }>(one: T): T => (closing.push(one), one);

beforeAll(async () => {
  server = await startServer({ egressAllow: "localhost", env: { NODE_EXTRA_CA_CERTS: authority } });
});
afterAll(async () => {
  await server?.stop();
  for (const one of closing) await one.close();
});

const use = (port: number, security: string, more: object = {}) => server.api.expect(server.api.request("PUT", "/email-account", { host: "localhost", port, security, ...credentials, from_address: "desk@example.com", from_name: "The Desk", ...more }), 200);
const mail = { to: "Ada <ada@example.com>", cc: [{ email: "grace@example.com", name: "Grace" }], bcc: "hidden@example.com", subject: "Olá — конец ✓", html: "<p>Hello <b>Ada</b></p>", attachments: [{ filename: "naïve.txt", content_type: "text/plain", content: btoa("hello") }] };
const post = (body: object = mail, key?: string) => server.api.expect(server.api.post<EmailView>("/emails", body, key === undefined ? {} : { "idempotency-key": key }), 202);
const get = (id: string) => server.api.expect(server.api.get<EmailView>(`/emails/${id}`), 200);

async function settled(id: string, seen: (view: EmailView) => boolean = ({ status, attempts }) => status !== "queued" || attempts > 0): Promise<EmailView> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const view = await get(id);
    if (seen(view) && (view.error !== null || view.status !== "queued")) return view;
  }
  throw new Error(`nothing came of the mail ${id}:\n${server.output}`);
}

describe("a tenant's mail by its own account", () => {
  it.each([
    ["STARTTLS", false, "starttls"],
    ["TLS from the beginning", true, "tls"],
  ] as const)("is delivered over %s", async (_, secure, security) => {
    const smtp: MailServer = kept(await honestServer({ secure }));
    await use(smtp.port, security);
    const tried = await server.api.expect(server.api.post<{ ok: boolean; detail: string }>("/email-account/test"), 200);
    expect(tried).toMatchObject({ ok: true, detail: expect.stringContaining("encrypted, and takes the sign-in of flows") });
    const key = crypto.randomUUID();
    const { id } = await post(mail, key);
    expect((await post(mail, key)).id).toBe(id);
    const got = await until(() => smtp.received[0], "a mail arrives");
    expect(got).toMatchObject({ from: "desk@example.com", to: ["ada@example.com", "grace@example.com", "hidden@example.com"], user: "flows", secure: true, helo: "[127.0.0.1]" });
    expect(got.raw).not.toMatch(/hidden@|^bcc:/im);
    expect(got.mail).toMatchObject({ subject: mail.subject, from: { address: "desk@example.com", name: "The Desk" }, text: expect.stringContaining("Hello Ada"), html: expect.stringContaining("<b>Ada</b>"), attachments: [{ filename: "naïve.txt" }] });
    expect(got.mail.messageId).toBe(`<${id}@example.com>`);
    expect(await settled(id)).toMatchObject({ status: "sent", attempts: 1, error: null, recipients: [{ status: "sent" }, { status: "sent" }, { status: "sent" }] });
    expect(smtp.received).toHaveLength(1);
  });

  it("is taken by some and refused by others, and waits for those alone who may take it yet", async () => {
    const smtp = kept(await honestServer({ onRcptTo: ({ address }, _session, done) => done(address.startsWith("ada") ? null : Object.assign(new Error("no"), { responseCode: address.startsWith("grace") ? 451 : 550 })) }));
    await use(smtp.port, "starttls");
    const view = await settled((await post()).id);
    expect(view).toMatchObject({ status: "queued", attempts: 1, recipients: [{ status: "sent" }, { status: "queued" }, { status: "failed" }] });
    expect(Date.parse(view.next_attempt_at ?? "") - Date.now()).toBeGreaterThan(30_000);
    expect(smtp.received[0]?.to).toEqual(["ada@example.com"]);
  });

  it("is refused for good by 5xx, and sent anew when it is asked for", async () => {
    let refusing = true;
    const smtp = kept(await honestServer({ onMailFrom: (_address, _session, done) => done(refusing ? Object.assign(new Error("not from here"), { responseCode: 550 }) : null) }));
    await use(smtp.port, "starttls");
    const { id } = await post();
    expect(await settled(id)).toMatchObject({ status: "failed", attempts: 1, error: expect.stringContaining("answered MAIL with 550 not from here") });
    refusing = false;
    await server.api.expect(server.api.post(`/emails/${id}/resend`), 202);
    expect(await settled(id, ({ status }) => status === "sent")).toMatchObject({ status: "sent" });
    expect((await server.api.post(`/emails/${id}/resend`)).status).toBe(409);
  });
});

describe("a hostile server", () => {
  const tried = () => server.api.expect(server.api.post<{ ok: boolean; stage: string; detail: string }>("/email-account/test"), 200);
  const seen = (lines: readonly string[]) => lines.filter((line) => line !== "STARTTLS" && /AUTH|MAIL/.test(line));

  it("without STARTTLS sees no credentials", async () => {
    const smtp = kept(await hostileServer(answering({})));
    await use(smtp.port, "starttls");
    expect(await tried()).toMatchObject({ ok: false, stage: "STARTTLS", detail: expect.stringContaining("does not offer STARTTLS") });
    expect(smtp.lines).toEqual(["EHLO [127.0.0.1]"]);
  });

  it.each<[string, CertificateName]>([
    ["a certificate that nobody vouches for", "stranger"],
    ["a certificate for another name", "elsewhere"],
  ])("with %s sees none either", async (_, name) => {
    const implicit = kept(await hostileServer(answering({}), name));
    await use(implicit.port, "tls");
    const overTls = await tried();
    expect(overTls).toMatchObject({ ok: false, stage: "connect", detail: expect.stringContaining("there was no TLS with it: its certificate is not trusted") });
    const plain = answering({ EHLO: "250-hello\r\n250-STARTTLS\r\n250 AUTH PLAIN" });
    const starttls = kept(
      await hostileServer((line, socket, tls) => {
        if (line !== "STARTTLS") return plain(line, socket, tls);
        socket.write("220 go on\r\n", () => tls(name));
      }),
    );
    await use(starttls.port, "starttls");
    expect(await tried()).toMatchObject({ ok: false, stage: "STARTTLS", detail: expect.stringContaining("there was no TLS with it") });
    expect([...seen(implicit.lines), ...seen(starttls.lines)]).toEqual([]);
  });

  it.each(["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "message"] as const)("that hangs up instead of answering %s leaves the mail to be tried again, at once", async (stage) => {
    const smtp = kept(await hostileServer(answering({ [stage]: (socket: Socket) => socket.end() })));
    await use(smtp.port, "none");
    const began = performance.now();
    const { id } = await post();
    expect(await settled(id)).toMatchObject({ status: "queued", attempts: 1, error: expect.stringContaining("closed the connection") });
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  it("with a banner without end is left", async () => {
    const smtp = kept(await hostileServer(answering({ greeting: (socket) => void socket.write("220-hello\r\n".repeat(5_000)) })));
    await use(smtp.port, "none");
    expect(await tried()).toMatchObject({ ok: false, stage: "greeting", detail: expect.stringContaining("does not speak SMTP as it should") });
  });
});

describe("an account", () => {
  it.each<[string, object, string]>([
    ["on port 25", { port: 25 }, "/port"],
    ["on a port that is not for mail", { host: "smtp.example.com", port: 8080 }, "/port"],
    ["at a private address", { host: "10.0.0.5" }, "/host"],
    ["at this machine by another name", { host: "127.1" }, "/host"],
    ["in a cloud's metadata", { host: "169.254.169.254" }, "/host"],
    ["of a public host without encryption", { host: "smtp.example.com", port: 587, security: "none" }, "/security"],
  ])("%s is refused", async (_, change, pointer) => {
    const { status, body } = await server.api.request<{ errors: { pointer: string }[] }>("PUT", "/email-account", { host: "localhost", port: 587, security: "starttls", ...credentials, from_address: "desk@example.com", ...change });
    expect([status, body.errors[0]?.pointer]).toEqual([400, pointer]);
  });
});

describe("the outbox of a development server", () => {
  it("shows the mail of tenants without an account in the browser", async () => {
    await server.api.expect(server.api.request("DELETE", "/email-account"), 204);
    const { id } = await post({ ...mail, subject: "Read me", attachments: [] });
    await until(() => existsSync(`${server.folder}/mail/${id}.json`), "the mail is in the data folder");
    expect(await (await fetch(`${server.url}/dev/mail`)).text()).toContain("Read me");
    const shown = await fetch(`${server.url}/dev/mail/${id}`);
    expect([shown.status, shown.headers.get("content-security-policy")]).toEqual([200, expect.stringContaining("default-src 'none'")]);
    expect((await fetch(`${server.url}/dev/mail`, { headers: { "x-forwarded-for": "203.0.113.9" } })).status).toBe(404);
    expect((await fetch(`${server.url}/dev/nothing`)).status).toBe(404);
  });
});
