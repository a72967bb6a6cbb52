/** A collector on loopback that takes what fits the protocol, and refuses the rest. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Span, traceRequest } from "./otlp-shape.ts";

export interface Receiver {
  url: string;
  /** Requests, as they came. */
  requests: { path: string; headers: Record<string, string | string[] | undefined>; spans: Span[] }[];
  faults: string[];
  /** Answers to come before it takes anything. */
  refusals: number[];
  /** Resolves as soon as this is so. */
  until<T>(find: () => T | undefined): Promise<T>;
  close(): void;
}

export async function openReceiver(): Promise<Receiver> {
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const refusal = receiver.refusals.shift();
      const parsed = traceRequest.safeParse(JSON.parse(body));
      if (refusal !== undefined) response.writeHead(refusal).end();
      else if (!parsed.success) {
        receiver.faults.push(parsed.error.message);
        response.writeHead(400).end();
      } else {
        receiver.requests.push({ path: request.url ?? "", headers: request.headers, spans: parsed.data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)) });
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      }
      for (const resolve of waiting) resolve();
      waiting.clear();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    faults: [],
    refusals: [],
    async until(find) {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        if (receiver.faults.length > 0) throw new Error(receiver.faults.join("\n"));
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    close: () => void server.close(),
  };
  return receiver;
}
