/**
 * Bodies under a byte limit, in both directions.
 * @module
 */
import type { Deadline } from "./deadline.ts";
import { Refusal } from "./refusal.ts";

/** "25 MiB" for whole mebibytes, plain bytes otherwise. */
export function sizeText(bytes: number): string {
  return bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MiB` : `${bytes} bytes`;
}

/**
 * Reads a request's body whole, because a redirect may ask to send it again.
 * @throws Refusal `egress-too-large` naming the limit.
 */
export async function readBody(request: Request, limit: number, deadline: Deadline): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!request.body) return null;
  const tooLarge = () => new Refusal("egress-too-large", `the request body is larger than ${sizeText(limit)}, the limit of one request: send it in parts`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (let next = await deadline.race(reader.read()); !next.done; next = await deadline.race(reader.read())) {
    size += next.value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    chunks.push(next.value);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

export interface BodyLimit {
  host: string;
  /** Bytes after decompression. */
  limit: number;
  deadline: Deadline;
  /** Called once when the body has ended, with what cut it short. */
  onEnd: (refusal: Refusal | null) => void;
}

/** The error for a response over the limit, announced or counted. */
export function responseTooLarge(host: string, limit: number): Refusal {
  return new Refusal("egress-too-large", `${host} answered with more than ${sizeText(limit)}, the limit of one response: ask for less, by ranges or pages`);
}

/** Hands the body on as it comes; over the limit or past the deadline the stream fails with a Refusal. */
export function limitBody(body: ReadableStream<Uint8Array>, { host, limit, deadline, onEnd }: BodyLimit): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let size = 0;
  const end = (refusal: Refusal | null): void => {
    deadline.clear();
    onEnd(refusal);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await deadline.race(reader.read());
          if (next.done) {
            end(null);
            controller.close();
            return;
          }
          size += next.value.byteLength;
          if (size > limit) throw responseTooLarge(host, limit);
          controller.enqueue(next.value);
        } catch (error) {
          const refusal = error instanceof Refusal ? error : new Refusal("egress-unreachable", `the connection to ${host} broke after ${size} bytes of its answer`);
          end(refusal);
          reader.cancel(refusal).catch(() => undefined);
          throw refusal;
        }
      },
      async cancel(reason) {
        end(null);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
