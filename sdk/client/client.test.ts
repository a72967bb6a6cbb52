import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ApiError, ConnectionError, createClient } from "./index.ts";

type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void;
const closing: Array<() => void> = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server on loopback and a client for it. */
async function serve(handler: Handler) {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => handler(request, body, response));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closing.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, client: createClient({ url, apiKey: "es_secret" }) };
}

const started = { execution_id: "e1", workflow_id: "welcome", status: "running", started_at: "2026-01-01T00:00:00Z", created: true };

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(typeof value === "string" ? value : JSON.stringify(value));
}

test("starting a workflow sends input, key and bearer, and returns the checked reply", async () => {
  let seen = {};
  const { client } = await serve((request, body, response) => {
    seen = { line: `${request.method} ${request.url}`, key: request.headers["idempotency-key"], bearer: request.headers.authorization, body: JSON.parse(body) };
    answer(response, 202, started);
  });
  expect(await client.workflows.start("welcome", { name: "Ada" }, { idempotencyKey: "k" })).toEqual(started);
  expect(seen).toEqual({ line: "POST /api/v1/workflows/welcome/execute", key: "k", bearer: "Bearer es_secret", body: { input: { name: "Ada" } } });
});

test("ids and step keys with special characters stay one part of the path", async () => {
  const urls: Array<string | undefined> = [];
  const { client } = await serve((request, _body, response) => {
    urls.push(request.url);
    answer(response, 200, { accepted: true });
  });
  await client.executions.decide("e/1", "sign off?-1", { decision: "approved" });
  expect(urls).toEqual(["/api/v1/executions/e%2F1/approvals/sign%20off%3F-1/decide"]);
});

test("only the filters that were given travel in a list's query", async () => {
  const urls: Array<string | undefined> = [];
  const { client } = await serve((request, _body, response) => {
    urls.push(request.url);
    answer(response, 200, { data: [], pagination: { next_cursor: null } });
  });
  await client.executions.list();
  await client.executions.list({ workflowId: "a b", status: "failed", limit: 5 });
  expect(urls).toEqual(["/api/v1/executions", "/api/v1/executions?workflow_id=a+b&status=failed&limit=5"]);
});

test("a problem document becomes an ApiError with its code, detail and places", async () => {
  const { client } = await serve((_request, _body, response) =>
    answer(response, 422, { type: "t", title: "T", status: 422, code: "invalid-input", detail: "name is missing", errors: [{ pointer: "/name", detail: "required" }] }),
  );
  const error = await client.workflows.start("welcome", {}).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 422, code: "invalid-input", detail: "name is missing", errors: [{ pointer: "/name", detail: "required" }] });
});

test("a refusal that is no problem document still tells status and text", async () => {
  const { client } = await serve((_request, _body, response) => answer(response, 502, "<h1>Bad gateway</h1>"));
  await expect(client.workflows.list()).rejects.toMatchObject({ status: 502, code: "unexpected-reply", message: expect.stringContaining("Bad gateway") });
});

test("a reply of another shape is refused, naming what is wrong", async () => {
  const { client } = await serve((_request, _body, response) => answer(response, 202, { ...started, status: "dancing" }));
  await expect(client.workflows.start("welcome", {})).rejects.toMatchObject({ code: "unexpected-reply", errors: [{ pointer: "/status" }] });
});

test("no server is a ConnectionError that names the address", async () => {
  const { url, client } = await serve(() => undefined);
  for (const close of closing.splice(0)) close();
  const error = await client.workflows.list().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(String(error)).toContain(url);
});

test("a connection that breaks in the middle of a reply is a ConnectionError", async () => {
  const { client } = await serve((_request, _body, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write("{");
    response.destroy();
  });
  await expect(client.workflows.list()).rejects.toBeInstanceOf(ConnectionError);
});
