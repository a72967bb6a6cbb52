/** The page behind the link of a request for approval, run with as much of a document as it touches. */
import vm from "node:vm";
import { expect, test } from "vitest";
import { approvalPage } from "../../worker/http/approval-page.ts";

class Element {
  readonly children: Element[] = [];
  readonly buttons: { disabled: boolean }[] = [{ disabled: false }, { disabled: false }];
  readonly elements = { comment: { value: "" } };
  submit: ((event: object) => Promise<void>) | null = null;
  hidden = true;
  value = "";
  checked = false;
  textContent = "";

  append(...more: (Element | string)[]): void {
    for (const one of more) {
      if (typeof one === "string") continue;
      this.children.push(one);
      this.value ||= one.value;
    }
  }

  addEventListener(_name: string, listener: (event: object) => Promise<void>): void {
    this.submit = listener;
  }

  querySelectorAll(): { disabled: boolean }[] {
    return this.buttons;
  }
}

class Choice extends Element {
  constructor(text: string, value: string) {
    super();
    this.textContent = text;
    this.value = value;
  }
}

async function open(hash: string, replies: ((body: object) => { ok: boolean; reply: object })[]) {
  const html = await approvalPage("es").text();
  const [, script = ""] = /<script type="module" nonce="[^"]+">([\s\S]*?)<\/script>/.exec(html) ?? [];
  const [form, said] = [new Element(), new Element()];
  const byId = new Map<string, Element>();
  const element = (id: string): Element => byId.get(id) ?? (byId.set(id, new Element()), element(id));
  element("texts").textContent = /id="texts"[^>]*>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
  const sent: [path: string, body: object][] = [];
  const fetch = async (path: string, { body }: { body: string }) => {
    const parsed = JSON.parse(body) as object;
    sent.push([path, parsed]);
    const { ok, reply } = replies.shift()?.(parsed) ?? { ok: false, reply: { detail: "nothing more" } };
    return { ok, json: async () => reply };
  };
  const document = { getElementById: element, querySelector: (which: string) => (which === "form" ? form : said), createElement: () => new Element() };
  let address = `/account/approval${hash}`;
  vm.runInNewContext(script, { document, fetch, URLSearchParams, Option: Choice, location: { hash, pathname: "/account/approval" }, history: { replaceState: (_state: unknown, _title: string, to: string) => void (address = to) } });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  await settle();
  const inputs = () => element("fields").children.map(({ children: [input] }) => input ?? new Element());
  return { form, said, element, sent, address: () => address, inputs, press: (value: string) => form.submit?.({ preventDefault: () => {}, submitter: { value } }) };
}

const schema = { properties: { amount: { type: "integer" }, why: { enum: ["late", "lost"] }, ok: { type: "boolean", default: true }, note: { type: "string", maxLength: 20 }, tags: { type: "array" } }, required: ["amount", "note"] };
const asked = { tenant: { name: "Acme" }, decides_as: "Ada", workflow_name: "Ordering", title: "<b>Order</b>?", description: null, status: "pending", expires_at: null, form: schema };
const fine = (reply: object) => () => ({ ok: true, reply });

test("it shows what is asked as text, takes the token out of the address, and sends answers of the right kinds", async () => {
  const page = await open("#token=abc", [fine(asked), fine({ status: "approved" })]);
  expect([page.element("title").textContent, page.element("about").textContent, page.form.hidden, page.address()]).toEqual(["<b>Order</b>?", "Acme · Ordering", false, "/account/approval"]);
  const [amount, , , , tags] = page.inputs();
  if (amount) amount.value = "7";
  if (tags) tags.value = '["x"]';
  page.form.elements.comment.value = "vale";
  await page.press("approved");
  expect(page.sent).toEqual([
    ["/api/v1/approvals/link", { token: "abc" }],
    ["/api/v1/approvals/link/decide", { token: "abc", decision: "approved", comment: "vale", answers: { amount: 7, why: "late", ok: true, note: "", tags: ["x"] } }],
  ]);
  expect([page.said.textContent, page.form.hidden]).toEqual(["Aprobado. Gracias.", true]);
});

test("it says which answers do not fit, and can be sent again", async () => {
  const page = await open("#token=abc", [fine(asked), () => ({ ok: false, reply: { detail: "no", errors: [{ pointer: "/answers/amount", detail: "too big" }] } })]);
  await page.press("approved");
  expect([page.said.textContent, page.form.buttons]).toEqual(["amount: too big", [{ disabled: false }, { disabled: false }]]);
});

test("it rejects without answers, and offers nothing where there is nothing to decide", async () => {
  const page = await open("#token=abc", [fine(asked), fine({ status: "rejected" })]);
  await page.press("rejected");
  expect(page.sent[1]).toEqual(["/api/v1/approvals/link/decide", { token: "abc", decision: "rejected" }]);
  const over = await open("#token=abc", [fine({ ...asked, status: "approved" })]);
  expect([over.form.hidden, over.said.textContent]).toEqual([true, "Esto ya está decidido o ha terminado."]);
  const cut = await open("", []);
  expect([cut.sent, cut.said.textContent]).toEqual([[], "El enlace no se copió entero. Ábrelo de nuevo desde el correo."]);
});
