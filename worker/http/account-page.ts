/**
 * Where the links in mails lead: a page that asks for what is missing and redeems the token.
 *
 * The token is in the fragment, which no server sees; the page's script takes it from there and
 * out of the browser's history. A click is needed, so that programs that look at links before
 * their reader does use none up. The session that comes of it is ended: people sign in where
 * they work, and this page keeps nothing.
 * @module
 */
import { randomBytes, toBase64Url } from "../auth/bytes.ts";
import { type AccountPage, accountTexts, languageOf } from "./account-texts.ts";
import { pageResponse } from "./page.ts";

export const accountPages = ["confirm", "reset", "invitation"] as const satisfies readonly AccountPage[];

const redeems: Readonly<Record<AccountPage, { path: string; fields: readonly ("name" | "password")[] }>> = {
  confirm: { path: "/api/v1/auth/register/confirm", fields: [] },
  reset: { path: "/api/v1/auth/password/reset", fields: ["password"] },
  invitation: { path: "/api/v1/invitations/accept", fields: ["name", "password"] },
};

const style = "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;color:#1a1a1a;background:#fff}label{display:block;margin:1rem 0}input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin-top:.25rem}button{font:inherit;padding:.5rem 1.5rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}";

const script = `
const form = document.querySelector("form"), said = document.querySelector("output"), { path, done, missing } = form.dataset;
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
if (!token) { form.hidden = true; said.textContent = missing; }
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const body = Object.fromEntries([["token", token], ...new FormData(form)].filter(([, value]) => value !== ""));
    const send = (to, headers, content) => fetch(to, { method: "POST", headers, body: content });
    const answer = await send(path, { "content-type": "application/json" }, JSON.stringify(body));
    const reply = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Error(reply.detail);
    if (reply.access_token) await send("/api/v1/auth/logout", { authorization: "Bearer " + reply.access_token });
    form.hidden = true;
    said.textContent = done;
  } catch (error) {
    said.textContent = error.message;
    button.disabled = false;
  }
});
`;

export function accountPage(page: AccountPage, acceptLanguage: string | null): Response {
  const language = languageOf(acceptLanguage);
  const texts = accountTexts[language];
  const { title, lead, button, done } = texts[page];
  const { path, fields } = redeems[page];
  const nonce = toBase64Url(randomBytes(16));
  const inputs = {
    name: `<label>${texts.name}<input name="name" autocomplete="name" maxlength="100"></label>`,
    password: `<label>${texts.password}<input name="password" type="password" autocomplete="new-password" maxlength="256" required></label>`,
  };
  const html = `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · Everstep</title><style nonce="${nonce}">${style}</style>
<main><h1>${title}</h1><form data-path="${path}" data-done="${done}" data-missing="${texts.missing}"><p>${lead}</p>${fields.map((field) => inputs[field]).join("")}<button>${button}</button></form><p><output role="status"></output></p></main>
<script type="module" nonce="${nonce}">${script}</script></html>`;
  return pageResponse(html, { language, nonce });
}
