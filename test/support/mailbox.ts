/**
 * Mail as its readers find it: a local server without SMTP writes each one into its data folder.
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "./server.ts";

const withinMs = 10_000;

/** The token in the latest mail to an address that leads to this page, such as `/account/confirm`; waits for the mail. */
export async function mailedToken(server: Server, to: string, page: string): Promise<string> {
  const folder = join(server.folder, "mail");
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".txt")).sort() : [];
    const mails = names.map((name) => readFileSync(join(folder, name), "utf8")).filter((text) => text.includes(`\nTo: ${to}\n`) && text.includes(`${page}#token=`));
    const token = /#token=(\S+)/.exec(mails.at(-1) ?? "")?.[1];
    if (token !== undefined) return token;
  }
  throw new Error(`no mail with a link came to ${to}:\n${server.output}`);
}
