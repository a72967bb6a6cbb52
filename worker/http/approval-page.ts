/**
 * Where the link of a request for approval leads: it shows what is asked and takes the decision.
 *
 * The token is in the fragment, which no server sees. To show what it decides uses nothing up,
 * and nothing is decided before somebody presses a button: programs that open links before their
 * reader does decide nothing. All that comes from the workflow is put in as text.
 * @module
 */
import { randomBytes, toBase64Url } from "../auth/bytes.ts";
import { languageOf } from "./account-texts.ts";
import { approvalTexts } from "./approval-texts.ts";
import { pageResponse } from "./page.ts";

export const approvalPagePath = "/account/approval";

const style = "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:8vh auto;padding:0 1rem;color:#1a1a1a;background:#fff}label{display:block;margin:1rem 0}input:not([type=checkbox]),textarea,select{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin-top:.25rem}small{display:block;opacity:.75}#description{white-space:pre-wrap}button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}";

/** Fields that are neither text, number, choice nor yes or no are asked for as JSON. */
const script = `
const texts = JSON.parse(document.getElementById("texts").textContent), form = document.querySelector("form"), said = document.querySelector("output"), fields = document.getElementById("fields");
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
const say = (text) => { said.textContent = text; };
const put = (id, text) => { document.getElementById(id).textContent = text; };
const send = async (path, body) => {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token, ...body }) });
  const reply = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(reply.detail), { errors: reply.errors || [] });
  return reply;
};
const readers = [];
function field(name, schema, required) {
  const label = document.createElement("label"), type = Array.isArray(schema.enum) ? "enum" : schema.type;
  label.append(schema.title || name);
  const input = document.createElement(type === "enum" ? "select" : type === "string" && !(schema.maxLength < 200) && !schema.format ? "textarea" : type === "string" || type === "number" || type === "integer" || type === "boolean" ? "input" : "textarea");
  if (type === "enum") for (const one of schema.enum) input.append(new Option(String(one), JSON.stringify(one)));
  if (type === "boolean") input.type = "checkbox";
  if (type === "number" || type === "integer") { input.type = "number"; input.step = type === "integer" ? "1" : "any"; }
  if (schema.format === "email" || schema.format === "date") input.type = schema.format;
  if (schema.default !== undefined && type === "boolean") input.checked = schema.default === true;
  else if (schema.default !== undefined) input.value = type === "enum" || typeof schema.default === "object" ? JSON.stringify(schema.default) : String(schema.default);
  label.append(input);
  const hint = document.createElement("small");
  hint.textContent = schema.description || "";
  label.append(hint);
  fields.append(label);
  readers.push(() => {
    if (type === "boolean") return [name, input.checked];
    if (input.value === "" && !(required && type === "string")) return null;
    if (type === "string") return [name, input.value];
    if (type === "number" || type === "integer") return [name, Number(input.value)];
    if (type === "enum") return [name, JSON.parse(input.value)];
    try { return [name, JSON.parse(input.value)]; } catch { return [name, input.value]; }
  });
}
async function show() {
  if (!token) return say(texts.missing);
  const asked = await send("/api/v1/approvals/link", {});
  put("title", asked.title);
  put("description", asked.description || "");
  put("about", asked.tenant.name + " · " + asked.workflow_name);
  put("as", texts.as + " " + asked.decides_as + (asked.expires_at ? " · " + texts.until + " " + new Date(asked.expires_at).toLocaleString() : ""));
  if (asked.status !== "pending") return say(texts.over);
  if (asked.form) for (const [name, schema] of Object.entries(asked.form.properties || {})) field(name, schema, (asked.form.required || []).includes(name));
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = [...form.querySelectorAll("button")], decision = event.submitter.value, comment = form.elements.comment.value;
    for (const button of buttons) button.disabled = true;
    try {
      const answers = asked.form && decision === "approved" ? { answers: Object.fromEntries(readers.map((read) => read()).filter(Boolean)) } : {};
      const reply = await send("/api/v1/approvals/link/decide", { decision, ...(comment ? { comment } : {}), ...answers });
      form.hidden = true;
      say(reply.status === "pending" ? texts.pending : texts[decision]);
    } catch (error) {
      say((error.errors || []).length ? error.errors.map((one) => one.pointer.replace("/answers/", "") + ": " + one.detail).join("\\n") : error.message);
      for (const button of buttons) button.disabled = false;
    }
  });
}
show().catch((error) => say(error.message));
`;

export function approvalPage(acceptLanguage: string | null): Response {
  const language = languageOf(acceptLanguage);
  const texts = approvalTexts[language];
  const nonce = toBase64Url(randomBytes(16));
  const html = `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${texts.title} · Everstep</title><style nonce="${nonce}">${style}</style>
<main><p id="about"></p><h1 id="title">${texts.title}</h1><p id="description"></p><p><small id="as"></small></p><form hidden><div id="fields"></div><label>${texts.comment}<textarea name="comment" maxlength="2000"></textarea></label><button value="approved">${texts.approve}</button><button value="rejected">${texts.reject}</button></form><p><output role="status"></output></p></main>
<script type="application/json" id="texts" nonce="${nonce}">${JSON.stringify(texts)}</script><script type="module" nonce="${nonce}">${script}</script></html>`;
  return pageResponse(html, { language, nonce });
}
