/**
 * Exports traces over OTLP/HTTP with JSON, a batch at a time, to wherever
 * OTEL_EXPORTER_OTLP_ENDPOINT says; off without it. What cannot be delivered is tried again a
 * few times and then dropped, and counted: no execution waits for it or fails by it.
 * @module
 */
import { log } from "./log.ts";
import type { Span } from "./trace.ts";

export interface OtlpTarget {
  url: string;
  headers: Record<string, string>;
  service: string;
}

/** The settings that OpenTelemetry's own exporters read. */
export interface OtlpSettings {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  OTEL_EXPORTER_OTLP_HEADERS?: string;
  OTEL_SERVICE_NAME?: string;
}

/** Null: nothing is exported. */
export function otlpTarget(settings: OtlpSettings): OtlpTarget | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole, OTEL_EXPORTER_OTLP_HEADERS: headers = "", OTEL_SERVICE_NAME: service } = settings;
  const url = whole || (base ? `${base.replace(/\/+$/, "")}/v1/traces` : "");
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return null;
  const pairs = headers.split(",").flatMap((pair) => {
    const [name = "", ...value] = pair.split("=");
    return name.trim() === "" || value.length === 0 ? [] : [[name.trim().toLowerCase(), decoded(value.join("=").trim())] as const];
  });
  return { url, headers: Object.fromEntries(pairs), service: service || "everstep" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Spans waiting, and spans of one request. */
const mostWaiting = 20_000;
const mostSent = 2_000;
/** What comes within this time goes together, ms. */
const lingerMs = 1_000;
const tries = 4;
const firstPauseMs = 1_000;
const timeoutMs = 10_000;
/** A sender whose object is gone sends no more: another takes over. */
const forgottenMs = 120_000;

export interface ExporterPorts {
  fetch(url: string, init: RequestInit): Promise<Response>;
  wait(ms: number): Promise<void>;
  now(): number;
  /** Traces that were delivered, or given up. */
  done(outcome: "exported" | "dropped", count: number): void;
}

export class TraceExporter {
  readonly #target: OtlpTarget;
  readonly #ports: ExporterPorts;
  #waiting: Span[][] = [];
  #spans = 0;
  /** When the sender that is under way last did something; null: there is none. */
  #sending: number | null = null;

  constructor(target: OtlpTarget, ports: ExporterPorts) {
    this.#target = target;
    this.#ports = ports;
  }

  /** Returns at once; `waitUntil` is handed the sending when this is what begins it. */
  offer(trace: Span[], waitUntil: (work: Promise<unknown>) => void): void {
    if (this.#spans + trace.length > mostWaiting) return this.#ports.done("dropped", 1);
    this.#waiting.push(trace);
    this.#spans += trace.length;
    const now = this.#ports.now();
    if (this.#sending !== null && this.#sending > now - forgottenMs) return;
    this.#sending = now;
    waitUntil(this.#send());
  }

  async #send(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#ports.wait(lingerMs);
        const batch = this.#take();
        this.#sending = this.#ports.now();
        this.#ports.done((await this.#deliver(batch.flat())) ? "exported" : "dropped", batch.length);
      }
    } finally {
      this.#sending = null;
    }
  }

  #take(): Span[][] {
    let [count, spans] = [0, 0];
    for (const trace of this.#waiting) {
      if (count > 0 && spans + trace.length > mostSent) break;
      count++;
      spans += trace.length;
    }
    this.#spans -= spans;
    return this.#waiting.splice(0, count);
  }

  async #deliver(spans: readonly Span[]): Promise<boolean> {
    const body = JSON.stringify({
      resourceSpans: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: this.#target.service } }] }, scopeSpans: [{ scope: { name: "everstep" }, spans }] }],
    });
    for (let attempt = 1; ; attempt++) {
      const status = await this.#post(body);
      if (status >= 200 && status < 300) return true;
      // The protocol names the answers after which it makes sense to try again.
      const again = status === 0 || status === 429 || status === 502 || status === 503 || status === 504;
      if (!again || attempt === tries) {
        log("warn", "traces.dropped", { status, attempts: attempt, spans: spans.length }, this.#ports.now());
        return false;
      }
      await this.#ports.wait(firstPauseMs * 2 ** (attempt - 1));
      this.#sending = this.#ports.now();
    }
  }

  /** 0: no answer. */
  async #post(body: string): Promise<number> {
    try {
      const response = await this.#ports.fetch(this.#target.url, { method: "POST", headers: { ...this.#target.headers, "content-type": "application/json" }, body, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  }
}
