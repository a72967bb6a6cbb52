/**
 * What the client needs of a connection; ./cloudflare-network.ts has it on Workers.
 * @module
 */
export interface Connection {
  /** The next bytes; null when the server has closed. @throws Error when the connection breaks */
  read(): Promise<Uint8Array | null>;
  /** @throws Error when the connection breaks */
  write(bytes: Uint8Array): Promise<void>;
  /** The same connection, encrypted, once the server's certificate is known to be for `host`. @throws Error when it is not */
  startTls(host: string): Promise<Connection>;
  /** At once, whatever is under way. Never throws. */
  close(): void;
}

export interface Address {
  host: string;
  port: number;
}

/** @param tls from the beginning; the certificate has to be for the host */
export type Connect = (address: Address, tls: boolean) => Promise<Connection>;
