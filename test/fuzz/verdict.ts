/// <reference types="vite/client" />
/**
 * What holds of every answer, whatever was sent.
 * @module
 */
import { expect } from "vitest";
import { problem } from "../../sdk/schema/problem.ts";
import type { Answer, Lab } from "../matrix/lab.ts";

/** One page for each code; only their names are of interest. */
const pages = new Set(Object.keys(import.meta.glob("../../docs/errors/*.md")).map((path) => path.split("/").at(-1)?.replace(/\.md$/, "")));

/** What only the inside of the platform would say. */
const insides = [/\bat \S+ \(?\S+:\d+:\d+/, /\.[cm]?[jt]s:\d+/, /D1_ERROR|SQLITE_|sqlite_|drizzle|Failed query/, /\b(Type|Range|Syntax|Reference|Zod|URI)Error\b/, /node_modules|\/home\/|\/work\//, /\[object \w+\]/];

/** Longest that one answer may take, ms: none of these requests asks to wait. */
const patienceMs = 15_000;

/** As much of a request as its message needs. */
export interface Sent {
  method: string;
  address: string;
  what: string;
}

export async function judged(lab: Lab, request: Request, { method, address, what }: Sent): Promise<Answer> {
  const sent = `${method} ${address.slice(0, 120)} ${what.slice(0, 300)}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms: ${sent}`)), patienceMs);
  });
  const answer = await Promise.race([lab.send(request), late]).finally(() => clearTimeout(timer));
  const told = `${sent} → ${answer.status} ${answer.text.slice(0, 300)}`;
  expect(answer.status, told).toBeLessThan(500);
  expect(answer.headers.get("x-request-id"), told).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect("polluted" in {}, told).toBe(false);
  // What somebody sent is handed back as a file, never as something a browser shows.
  const isFile = answer.headers.get("content-type") === "application/octet-stream" && answer.headers.get("content-disposition")?.startsWith("attachment;") === true;
  if (answer.text !== "" && !isFile) expect(answer.headers.get("content-type"), told).toMatch(/^(application\/(\S+\+|x-nd)?json|text\/(html|csv); charset=utf-8)/);
  if (answer.status >= 400 && method !== "HEAD") mustBeProblem(answer, `${address}${what}`, told);
  return answer;
}

function mustBeProblem({ status, headers, text, json }: Answer, sent: string, told: string): void {
  expect(headers.get("content-type"), told).toBe("application/problem+json");
  const { code, ...rest } = problem.parse(json);
  expect(rest.status, told).toBe(status);
  expect(pages, told).toContain(code);
  // What was sent may be said again, but not at any length.
  expect(text.length, told).toBeLessThan(20_000);
  // Where a bundle is wrong is told in the bundle's own files.
  const telling = code === "bundle-rejected" ? insides.filter((inside) => !inside.test("main.js:1:1")) : insides;
  for (const inside of telling) if (!inside.test(sent)) expect(text, told).not.toMatch(inside);
}
