/** Accounts on a real local server: mail by real SMTP, sign-ins on the command line. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanUp, everstep, type LocalServer, startServer, temporaryFolder } from "./server.ts";

const email = "ada@example.com";
const password = "seven green apples fall";

/** Mails that have arrived, and whoever waits for the next. */
const inbox: string[] = [];
let arrived: () => void = () => undefined;
const smtp = new SMTPServer({
  disabledCommands: ["STARTTLS", "AUTH"],
  logger: false,
  onData(stream, _session, done) {
    let raw = "";
    stream.on("data", (chunk: Buffer) => (raw += chunk.toString()));
    stream.on("end", () => {
      inbox.push(raw);
      arrived();
      done();
    });
  },
});

let server: LocalServer;
let home: string;
beforeAll(async () => {
  await new Promise<void>((listening) => smtp.listen(0, "127.0.0.1", listening));
  home = temporaryFolder();
  const { port } = smtp.server.address() as AddressInfo;
  server = await startServer(temporaryFolder(), { EVERSTEP_SMTP_URL: `smtp://127.0.0.1:${port}`, EVERSTEP_MAIL_FROM: "flows@example.com" });
});
afterAll(async () => {
  await cleanUp();
  await new Promise<void>((closed) => smtp.close(closed));
});

const post = (path: string, body: object) => fetch(`${server.local.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const run = (args: string[], input?: string) => everstep(args, { cwd: home, env: { XDG_CONFIG_HOME: home }, ...(input === undefined ? {} : { input }) });
const sessionsFile = () => join(home, "everstep/sessions.json");
const login = () => run(["login", "--url", server.local.url, "--email", email, "--password-stdin"], `${password}\n`);

/** Asks for a mail and waits for it. @returns its text and the link in it */
async function mailFor(path: string, body: object): Promise<{ text: string; link: URL }> {
  const next = new Promise<void>((resolve) => (arrived = resolve));
  expect((await post(path, body)).status).toBe(202);
  await next;
  const text = (inbox.at(-1) ?? "").replaceAll("=\r\n", "").replaceAll("=3D", "=");
  return { text, link: new URL(/http\S+/.exec(text)?.[0] ?? "") };
}

/** What a browser does with a link: loads the page, runs its script, and somebody fills the form in and sends it. */
async function openLink(link: URL, fields: Record<string, string> = {}): Promise<{ said: string; address: string }> {
  const response = await fetch(link, { headers: { "accept-language": "pt-BR,en;q=0.5" } });
  expect(response.status).toBe(200);
  const html = await response.text();
  const attribute = (name: string) => new RegExp(`data-${name}="([^"]*)"`).exec(html)?.[1];
  const said = { textContent: "" };
  const button = { disabled: false };
  let submit = async (_event: { preventDefault(): void }): Promise<void> => undefined;
  const form = { hidden: false, dataset: { path: attribute("path"), done: attribute("done"), missing: attribute("missing") }, querySelector: () => button, addEventListener: (_type: string, listener: typeof submit) => (submit = listener) };
  const address = { now: link.href };
  runInNewContext(/<script[^>]*>([^]*)<\/script>/.exec(html)?.[1] ?? "", {
    document: { querySelector: (selector: string) => (selector === "form" ? form : said) },
    location: link,
    history: { replaceState: (_state: unknown, _title: string, to: string) => (address.now = new URL(to, link).href) },
    URLSearchParams,
    FormData: function () {
      return Object.entries(fields);
    },
    fetch: (path: string, init: RequestInit) => fetch(new URL(path, link), init),
  });
  if (!form.hidden) await submit({ preventDefault: () => undefined });
  return { said: said.textContent, address: address.now };
}

test("somebody registers, opens the mailed link, and has a tenant", async () => {
  const { text, link } = await mailFor("/auth/register", { email, password, name: "Ada", tenant_name: "Engines" });
  expect(text).toContain("From: flows@example.com");
  expect(text).toContain(`To: ${email}`);
  expect(link.origin).toBe(server.local.url);
  expect(await openLink(new URL(link.pathname, link))).toMatchObject({ said: "O link não foi copiado por inteiro. Abra-o de novo a partir do e-mail." });
  expect(await openLink(link)).toEqual({ said: "Pronto. Você já pode entrar.", address: `${server.local.url}/account/confirm` });
  expect((await openLink(link)).said).toMatch(/^The link has been used/);
});

test("somebody who has forgotten the password sets another with the mailed link", async () => {
  const { link } = await mailFor("/auth/password/forgot", { email });
  expect((await openLink(link, { password: "short" })).said).toContain("at least 12 characters");
  expect(await openLink(link, { password })).toEqual({ said: "Senha salva. Você já pode entrar.", address: `${server.local.url}/account/reset` });
});

test("everstep login keeps a session that nobody else may read, and commands act as that person", async () => {
  expect(await login()).toMatchObject({ code: 0, stdout: `Signed in at ${server.local.url} as ${email} in Engines (admin)\n` });
  expect(statSync(sessionsFile()).mode & 0o777).toBe(0o600);
  expect(readFileSync(sessionsFile(), "utf8")).not.toContain(password);
  expect((await run(["whoami"])).stdout).toBe(`Ada <${email}> in Engines (admin) at ${server.local.url}\n`);
  const workflows = await run(["workflows", "--url", server.local.url]);
  expect(workflows).toMatchObject({ code: 0 });
  expect(workflows.stdout).toContain("No workflows yet");
});

test("an access token that is about to end is renewed once, however many commands run", async () => {
  const before = readFileSync(sessionsFile(), "utf8");
  const { [server.local.url]: kept } = JSON.parse(before) as Record<string, { access_token: string; refresh_token: string; expires_at: number }>;
  writeFileSync(sessionsFile(), JSON.stringify({ [server.local.url]: { ...kept, expires_at: Date.now() } }));
  const results = await Promise.all([1, 2, 3].map(() => run(["whoami", "--json"])));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(readFileSync(sessionsFile(), "utf8")).not.toContain(kept?.refresh_token);
  expect(readdirSync(join(home, "everstep"))).toEqual(["sessions.json"]);
});

test("a wrong password, and nobody being signed in, are said plainly", async () => {
  expect(await run(["login", "--url", server.local.url, "--email", email, "--password-stdin"], "not the password")).toMatchObject({ code: 4, stderr: expect.stringContaining("invalid-credentials") });
  expect(await run(["whoami", "--url", "http://127.0.0.1:9"])).toMatchObject({ code: 4, stderr: expect.stringContaining("nobody is signed in at http://127.0.0.1:9") });
  expect(await run(["login", "--url", server.local.url])).toMatchObject({ code: 2, stderr: expect.stringContaining("--email") });
});

test("everstep logout ends the session on the server too", async () => {
  const { [server.local.url]: kept } = JSON.parse(readFileSync(sessionsFile(), "utf8")) as Record<string, { access_token: string }>;
  expect(await run(["logout"])).toMatchObject({ code: 0, stdout: `Signed out at ${server.local.url}\n` });
  const asked = await fetch(`${server.local.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${kept?.access_token}` } });
  expect(asked.status).toBe(401);
  expect((await run(["whoami"])).stderr).toContain("nobody is signed in");
  expect((await run(["workflows", "--url", server.local.url])).stderr).toContain("everstep login");
});
