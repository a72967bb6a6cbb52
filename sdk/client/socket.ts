/**
 * WebSockets as different platforms have them.
 * @module
 */
/** What of a WebSocket is used. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: { data?: unknown; code?: number; reason?: string }) => void): void;
}

/**
 * Opens a socket; in browsers there are no headers, and none are asked for.
 * @example `(url, { protocols, headers }) => new WebSocket(url, protocols, { headers })` with the package ws
 */
export type OpenSocket = (url: string, init: { protocols: string[]; headers: Record<string, string> }) => SocketLike;

/** Node, Deno and Bun take headers in place of protocols; browsers do not, and are given none. */
export function platformSocket(url: string, { protocols, headers }: { protocols: string[]; headers: Record<string, string> }): SocketLike {
  const { WebSocket: Socket } = globalThis as { WebSocket?: new (url: string, init: unknown) => SocketLike };
  if (!Socket) throw new Error("there is no WebSocket here: use Node 22 or newer, or pass `webSocket`");
  return new Socket(url, Object.keys(headers).length === 0 ? protocols : { protocols, headers });
}
