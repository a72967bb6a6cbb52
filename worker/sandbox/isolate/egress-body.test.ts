import { describe, expect, it } from "vitest";
import { withNamedErrors } from "./egress-body.ts";

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Says "hello" and then breaks, or ends. */
function response(error: Error | null): Response {
  let said = false;
  const body = new ReadableStream({
    pull(controller) {
      if (!said) controller.enqueue(encoded("hello"));
      else if (error) controller.error(error);
      else controller.close();
      said = true;
    },
  });
  return withNamedErrors(new Response(body, { status: 201, headers: { "content-type": "text/plain" } }));
}

const cut = (): Response => response(new Error("egress-too-large: example.com answered with more than 25 MiB"));
const named = { name: "EgressError", code: "egress-too-large", message: "example.com answered with more than 25 MiB" };

async function collect(body: ReadableStream | null): Promise<string> {
  let text = "";
  for await (const chunk of body ?? []) text += new TextDecoder().decode(chunk as Uint8Array);
  return text;
}

describe("a body that is cut off fails as an EgressError with its code", () => {
  const ways: Array<[way: string, read: (response: Response) => Promise<unknown>]> = [
    ["text()", (r) => r.text()],
    ["json()", (r) => r.json()],
    ["arrayBuffer()", (r) => r.arrayBuffer()],
    ["bytes()", (r) => r.bytes()],
    ["blob()", (r) => r.blob()],
    ["the stream", (r) => collect(r.body)],
    ["a pipe", (r) => collect(r.body?.pipeThrough(new TransformStream()) ?? null)],
    ["a response made of it", (r) => new Response(r.body, r).text()],
    ["text() after the stream was looked at", (r) => (r.body ? r.text() : Promise.resolve())],
    ["a clone", (r) => r.clone().text()],
    ["a clone after the stream was looked at", (r) => (r.body ? r.clone().text() : Promise.resolve())],
  ];
  it.each(ways)("read by %s", async (_way, read) => {
    await expect(read(cut())).rejects.toMatchObject(named);
  });
});

describe("a body that is whole", () => {
  it("is read as ever, and once", async () => {
    const whole = response(null);
    expect([whole.status, whole.headers.get("content-type"), whole.bodyUsed]).toEqual([201, "text/plain", false]);
    expect(await whole.text()).toBe("hello");
    expect(whole.bodyUsed).toBe(true);
    await expect(whole.text()).rejects.toThrow(TypeError);
  });
  it("is read as ever through its stream, by bytes too, and from clones", async () => {
    expect(await collect(response(null).body)).toBe("hello");
    const reader = response(null).body?.getReader({ mode: "byob" });
    expect((await reader?.read(new Uint8Array(3)))?.value).toEqual(encoded("hel"));
    const first = response(null);
    const second = first.clone();
    expect([await first.text(), await second.text()]).toEqual(["hello", "hello"]);
  });
  it("keeps an error that is not the door's", async () => {
    await expect(response(new TypeError("other")).text()).rejects.toThrow("other");
  });
  it("is none where there is none", () => {
    expect(withNamedErrors(new Response(null, { status: 204 })).body).toBeNull();
  });
});
