/**
 * Bodies that the network door cut off (docs/egress.md): what breaks a stream carries nothing
 * across but a message, which begins with the code. Here it becomes the error that `fetch`
 * itself would have thrown.
 * @module
 */
const form = /^(egress-[a-z-]+|secret-not-allowed): ([^]*)$/;

/** An `EgressError` for what broke a body; any other error as it is. */
export function egressError(error: unknown): unknown {
  const [, code, detail] = (error instanceof Error && form.exec(error.message)) || [];
  return code === undefined ? error : Object.assign(new Error(detail), { name: "EgressError", code });
}

const readers = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;

/**
 * Makes the ways to read a response's body throw such errors. Costs a few properties; only who
 * takes the stream itself gets another one around it.
 */
export function withNamedErrors(response: Response): Response {
  if (response.body === null) return response;
  const native = response.body;
  let taken: ReadableStream | null = null;
  const clone = response.clone.bind(response);
  const properties: PropertyDescriptorMap = {
    body: { get: () => (taken ??= renamed(native)) },
    clone: {
      value() {
        if (!taken) return withNamedErrors(clone());
        const [mine, other] = taken.tee();
        taken = mine;
        return withNamedErrors(new Response(other, response));
      },
    },
  };
  for (const reader of readers) {
    const read = response[reader].bind(response) as () => Promise<unknown>;
    properties[reader] = {
      async value() {
        try {
          return await (taken ? new Response(taken, { headers: response.headers })[reader]() : read());
        } catch (error) {
          throw egressError(error);
        }
      },
    };
  }
  for (const property of Object.values(properties)) property.configurable = true;
  return Object.defineProperties(response, properties);
}

function renamed(body: ReadableStream): ReadableStream {
  const reader = body.getReader();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value as Uint8Array);
        controller.close();
        controller.byobRequest?.respond(0);
      } catch (error) {
        throw egressError(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
