/** What holds for every route: forms of requests, errors, the document. */
import { describe, expect, it, vi } from "vitest";
import { problem } from "../../sdk/schema/problem.ts";
import { routes } from "./app.ts";
import { harness } from "./testing/harness.ts";

const h = harness();

describe("the app", () => {
  it("is healthy when its database answers", async () => {
    expect(await h.call(null, "GET", "/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  it("answers an unknown path with a problem document", async () => {
    const { status, body, headers } = await h.call(null, "GET", "/api/v1/nothing");
    expect(status).toBe(404);
    expect(problem.parse(body)).toMatchObject({ code: "not-found", instance: `urn:uuid:${headers.get("x-request-id")}` });
  });

  it("names the methods of a path that was called with another", async () => {
    const { status, headers } = await h.call(null, "PUT", "/api/v1/workflows/hello");
    expect(status).toBe(405);
    expect(headers.get("allow")).toBe("GET, PATCH, DELETE");
  });

  it("takes only JSON", async () => {
    const tenant = await h.newTenant();
    const text = { "content-type": "text/plain" };
    expect((await tenant.call("POST", "/api-keys", "name=ci", text)).status).toBe(415);
    expect((await tenant.call("POST", "/api-keys", "{", { "content-type": "application/json" })).body).toMatchObject({ status: 400, code: "bad-request" });
  });

  it("points at what is wrong in a body and in a query", async () => {
    const tenant = await h.newTenant();
    const body = await tenant.call("POST", "/api-keys", { name: "", more: 1 });
    expect(body.body).toMatchObject({ status: 400, errors: expect.arrayContaining([expect.objectContaining({ pointer: "/name" })]) });
    const query = await tenant.call("GET", "/executions?limit=1000");
    expect(query.body).toMatchObject({ status: 400, errors: [expect.objectContaining({ pointer: "/query/limit" })] });
  });

  it("refuses what is nested deeper than any stack goes", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const deep = `{"input":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const answer = await tenant.call("POST", "/workflows/hello/execute", deep, { "content-type": "application/json" });
    expect(answer.body).toMatchObject({ status: 400, code: "bad-request" });
  });

  it("refuses a body over the limit, announced or not", async () => {
    const tenant = await h.newTenant();
    const large = JSON.stringify({ name: "x".repeat(1024 * 1024) });
    expect((await tenant.call("POST", "/api-keys", large, { "content-type": "application/json" })).status).toBe(413);
    const stream = new Response(large).body;
    const headers = { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" };
    expect((await h.send(new Request("http://everstep.test/api/v1/api-keys", { method: "POST", headers, body: stream }))).status).toBe(413);
  });

  it("says nothing of an unforeseen error but the id it is logged under", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    h.objects.failStarts(new Error("disk secret-path is full"));
    const { status, body, headers } = await tenant.call("POST", "/workflows/hello/execute", {});
    h.objects.failStarts(null);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret-path");
    const line = JSON.parse(String(logged.mock.calls[0]?.[0]));
    expect(line).toMatchObject({ event: "request.failed", request_id: headers.get("x-request-id"), error: { message: "disk secret-path is full" } });
    logged.mockRestore();
  });

  it("asks for patience when an object is overloaded", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({});
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    h.objects.failStarts(Object.assign(new Error("overloaded"), { overloaded: true }));
    const { body, headers } = await tenant.call("POST", "/workflows/hello/execute", {});
    h.objects.failStarts(null);
    expect(body).toMatchObject({ status: 503, code: "unavailable" });
    expect(headers.get("retry-after")).toBe("1");
    logged.mockRestore();
  });
});

describe("the OpenAPI document", () => {
  it("has every route with its permission, parameters and answers, and refers to nothing that is not there", async () => {
    const { status, body } = await h.call(null, "GET", "/api/v1/openapi.json");
    expect(status).toBe(200);
    const document = body as unknown as { paths: Record<string, Record<string, { operationId: string; responses: object; description: string }>> };
    for (const { shape, permission } of routes) {
      for (const path of [shape.path, ...(shape.also ?? [])]) {
        const operation = document.paths[`/api/v1${path.replaceAll(/:(\w+)/g, "{$1}")}`]?.[shape.method];
        expect(operation, path).toBeDefined();
        if (permission) expect(operation?.description).toContain(permission);
        expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining([...Object.keys(shape.responses), "default"]));
      }
    }
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((operation) => operation.operationId));
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(references)).toEqual(new Set(["#/components/schemas/Problem"]));
  });
});
