import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../support/bundle.ts";
import { Reflector } from "../support/reflector.ts";
import { type Server, startServer } from "../support/server.ts";
import type { Span } from "./otlp-shape.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

let server: Server;
let receiver: Receiver;
let reflector: Reflector;

beforeAll(async () => {
  [receiver, reflector] = [await openReceiver(), await Reflector.open()];
  server = await startServer({ egressAllow: "127.0.0.1", env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ACCESS_LOG: "on" } });
  await server.api.deploy(await bundle("./workflows/traced.ts", import.meta.url));
}, 120_000);
afterAll(async () => {
  await server?.stop();
  receiver?.close();
  await reflector?.close();
});

test("an execution, its child and what it reaches are one trace, that goes on from the caller's and holds no payload", async () => {
  const secret = "ann@private.example.com";
  const incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const { body } = await server.api.post<{ execution_id: string }>("/workflows/traced/execute", { input: { url: `${reflector.url}/plain`, secret } }, { traceparent: incoming });
  expect((await server.api.end(body.execution_id)).status).toBe("failed");
  const spans = (): Span[] => receiver.requests.flatMap((request) => request.spans);
  const named = (name: string): Span | undefined => spans().find((span) => span.name === name);
  const root = await receiver.until(() => named("traced"));
  const child = await receiver.until(() => named("inner") && spans().find((span) => span.name === "inner" && span.attributes.some(({ key }) => key === "everstep.execution")));
  const [call, invoke] = [named("call"), spans().find((span) => span.name === "inner" && span.attributes.some(({ key }) => key === "everstep.step"))];
  expect(receiver.faults).toEqual([]);
  expect(root).toMatchObject({ traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: "b7ad6b7169203331", status: { code: 2, message: "TypeError" } });
  expect(call).toMatchObject({ parentSpanId: root.spanId, events: [{ name: "retry" }] });
  expect(child).toMatchObject({ traceId: root.traceId, parentSpanId: invoke?.spanId });
  expect(reflector.seen.join("\n")).toContain(`traceparent\n00-${root.traceId}-${call?.spanId}-01`);
  expect(JSON.stringify(spans())).not.toContain("private");
  // Neither do the lines that the server wrote meanwhile.
  expect(server.output).toContain('"event":"request.answered"');
  expect(server.output).not.toContain(secret);
});
