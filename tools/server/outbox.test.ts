/** The page of a development server's mails. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openDataFolder } from "./files.mjs";
import { openMail } from "./mail.mjs";
import { openOutbox } from "./outbox.mjs";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

const id = "01a1fe09-faf8-7e94-a097-86d7cbc5fc98";
const mail = { id, from: "flows@example.com", to: [{ address: "ada@example.com", name: "Ada <b>" }], cc: [], recipients: ["ada@example.com", "hidden@example.com"], reply_to: null, subject: "<script>alert(1)</script>", text: "Open https://flows.example.com/account/confirm#token=T&x=1 now", html: "<p onclick=x>Olá</p>", headers: {}, attachments: [{ filename: "a.pdf", content_type: "application/pdf", content: "AAAA" }] };

async function outbox(...mails: object[]) {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const root = mkdtempSync(join(tmpdir(), "everstep-test-"));
  folders.push(root);
  const folder = openDataFolder(root);
  const send = openMail(folder, undefined);
  for (const one of mails) await send(new Request("http://mail/send", { method: "POST", body: JSON.stringify(one) }));
  const show = openOutbox(folder);
  return async (path: string, headers: Record<string, string> = {}, origin = "http://127.0.0.1:8787") => {
    const response = await show(new Request(`${origin}${path}`, { headers }));
    return { status: response.status, text: await response.text(), policy: response.headers.get("content-security-policy") };
  };
}

describe("the page of mails", () => {
  it("lists them, the latest first, and looks again by itself", async () => {
    const look = await outbox(mail, { ...mail, id: "01b1fe09-faf8-7e94-a097-86d7cbc5fc98", subject: "Later" });
    const { text } = await look("/dev/mail");
    expect(text.indexOf("Later")).toBeLessThan(text.indexOf("&lt;script&gt;"));
    expect(text).toContain('http-equiv="refresh"');
    expect((await (await outbox())("/dev/mail")).text).toContain("No mail yet");
  });

  it("shows one with its recipients, files and text, whose links can be followed", async () => {
    const { text } = await (await outbox(mail))(`/dev/mail/${id}`);
    expect(text).toContain("Ada &lt;b&gt; &lt;ada@example.com&gt;");
    expect(text).toContain("<th>Bcc<td>hidden@example.com");
    expect(text).toContain("a.pdf (application/pdf, 3 bytes)");
    expect(text).toContain('<a href="https://flows.example.com/account/confirm#token=T&amp;x=1" target="_blank"');
  });

  it("runs nothing of what a mail holds", async () => {
    const look = await outbox(mail);
    const whole = await look(`/dev/mail/${id}`);
    expect(whole.text).not.toContain("<script>");
    expect(whole.policy).toContain("default-src 'none'");
    expect(whole.text).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    const html = await look(`/dev/mail/${id}/html`);
    expect(html.text).toContain("<p onclick=x>Olá</p>");
    expect(html.policy).toMatch(/default-src 'none'.*sandbox allow-popups/);
    expect(html.policy).not.toContain("allow-scripts");
  });

  it.each<[string, Record<string, string>, string]>([
    ["under another name, as after DNS rebinding", {}, "http://evil.example.com:8787"],
    ["through a proxy", { "x-forwarded-for": "203.0.113.9" }, "http://127.0.0.1:8787"],
    ["through Cloudflare", { "cf-connecting-ip": "203.0.113.9" }, "http://localhost:8787"],
  ])("is not there for who comes %s", async (_, headers, origin) => {
    const look = await outbox(mail);
    for (const path of ["/dev/mail", `/dev/mail/${id}`, `/dev/mail/${id}/html`]) expect((await look(path, headers, origin)).status).toBe(404);
  });

  it("has nothing of other files", async () => {
    const look = await outbox(mail);
    for (const path of ["/dev/mail/../keys", "/dev/mail/keys.json", `/dev/mail/${id}/text`, "/dev/mailbox"]) expect((await look(path)).status, path).toBe(404);
  });
});
