/**
 * Templates of mails: what may be stored, and what comes of them.
 * @module
 */
import { isOneLine } from "../../email/address.ts";
import type { emailTemplates } from "../../../db/schema/email-templates.ts";
import { PlatformError, type Problem } from "../../../sdk/schema/problem.ts";
import { htmlToText } from "../../email/html-to-text.ts";
import { escapeHtml, fill, type Missing, parseTemplate, type Placeholder, placeholdersOf, type Template, TemplateError } from "../../email/template.ts";

export type TemplateRow = typeof emailTemplates.$inferSelect;
type Source = Pick<TemplateRow, "subject" | "text" | "html">;
type Field = keyof Source;

export interface Rendered {
  subject: string;
  text: string;
  html: string | null;
}

interface Parsed {
  subject: Template;
  text: Template | null;
  html: Template | null;
}

/** @throws PlatformError `bad-request`, with the places that cannot be read */
export function parsed(source: Source): Parsed {
  const errors: NonNullable<Problem["errors"]> = [];
  const parse = (field: Field): Template => {
    try {
      return parseTemplate(source[field] ?? "");
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      errors.push({ pointer: `/${field}`, detail: error.message });
      return [];
    }
  };
  const templates = { subject: parse("subject"), text: source.text === null ? null : parse("text"), html: source.html === null ? null : parse("html") };
  if (errors.length > 0) throw bad(errors);
  return templates;
}

/** Each path once, in the order they are met. Without a fallback anywhere it is required. */
export function variablesOf(source: Source): { path: string; required: boolean }[] {
  const { subject, text, html } = parsed(source);
  const all: Placeholder[] = [subject, text, html].flatMap((template) => (template ? placeholdersOf(template) : []));
  const required = new Map<string, boolean>();
  for (const { path, fallback } of all) required.set(path, (required.get(path) ?? false) || fallback === null);
  return [...required].map(([path, required]) => ({ path, required }));
}

/** @throws PlatformError `bad-request`, with every variable that is missing */
export function renderTemplate(source: Source, variables: unknown): Rendered {
  const templates = parsed(source);
  const subject = fill(templates.subject, variables);
  const html = templates.html && fill(templates.html, variables, escapeHtml);
  const text = templates.text && fill(templates.text, variables);
  const missing = new Map<string, Missing>([subject, text, html].flatMap((one) => (one ? one.missing : [])).map((one) => [one.path, one]));
  if (missing.size > 0) throw bad([...missing.values()].map(({ path, detail }) => ({ pointer: `/variables/${path.replaceAll(".", "/")}`, detail })));
  if (!isOneLine(subject.text)) throw bad([{ pointer: "/subject", detail: "a value brings a line break or a control character into the subject, which is one line" }]);
  return { subject: subject.text, html: html?.text ?? null, text: text?.text ?? htmlToText(html?.text ?? "") };
}

function bad(errors: NonNullable<Problem["errors"]>): PlatformError {
  const [first] = errors;
  return new PlatformError("bad-request", first ? `${first.pointer}: ${first.detail}` : "The template cannot be used.", errors);
}
