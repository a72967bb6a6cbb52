/** The sockets of one tenant: a thin shell that gives the room its storage and its sockets. */
import { DurableObject } from "cloudflare:workers";
import { migrate, schemaState } from "../lib/migrations.ts";
import { type Connect, connectHeader, type Heard, type RealtimeMessage, type RealtimeObject, type RealtimePlatform } from "./contract.ts";
import { quietFor, Room, type RoomPorts } from "./room.ts";
import { realtimeSchema } from "./schema.ts";
import { checkEveryMs, Upkeep } from "./upkeep.ts";

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function realtimeClass<Env>(platformOf: (env: Env) => RealtimePlatform) {
  return class Realtime extends DurableObject<Env> implements RealtimeObject {
    readonly platform: RealtimePlatform;
    /** Null while nobody has ever connected: until then this object keeps nothing. */
    open: { tenant: string; room: Room; upkeep: Upkeep } | null = null;
    /** Until when nobody publishes, because nobody listened. */
    quietUntil = 0;
    armed = false;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.platform = platformOf(env);
      // Answered without waking this object.
      ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"op":"ping"}', '{"op":"pong"}'));
      if (schemaState(ctx.storage.sql) === null) return;
      migrate(ctx.storage.sql, realtimeSchema);
      const [owner] = ctx.storage.sql.exec<{ tenant: string }>("SELECT tenant FROM owner").toArray();
      if (owner) this.open = this.opened(owner.tenant);
    }

    opened(tenant: string): { tenant: string; room: Room; upkeep: Upkeep } {
      const now = (): number => Date.now();
      const standing: RoomPorts["standing"] = (credentials) => this.platform.standing(tenant, credentials);
      const room: Room = new Room(this.ctx.storage.sql, this.ctx.getWebSockets(), { standing, now, watch: (ids) => upkeep.watch(ids, false), wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
      const upkeep: Upkeep = new Upkeep(room, { standing, now, watch: (id, tell) => this.platform.watch(tenant, id, tell) });
      room.promised(this.quietUntil);
      return { tenant, room, upkeep };
    }

    begin(tenant: string): { tenant: string; room: Room; upkeep: Upkeep } {
      if (this.open) return this.open;
      const { sql } = this.ctx.storage;
      migrate(sql, realtimeSchema);
      sql.exec("INSERT OR REPLACE INTO owner VALUES (1, ?)", tenant);
      return (this.open = this.opened(tenant));
    }

    async publish(messages: readonly RealtimeMessage[]): Promise<Heard> {
      if (!this.open) {
        this.quietUntil = Date.now() + quietFor;
        return { listening: [] };
      }
      const { room, upkeep } = this.open;
      const heard = room.publish(messages);
      const unwatched = upkeep.unwatched(messages);
      if (unwatched.length > 0) this.ctx.waitUntil(upkeep.watch(unwatched, true));
      return heard;
    }

    /** The Worker has looked who it is; nobody else reaches this object. */
    override async fetch(request: Request): Promise<Response> {
      const header = request.headers.get(connectHeader);
      if (header === null || request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
      const connect = JSON.parse(header) as Connect;
      const { room, tenant } = this.begin(connect.tenant);
      if (tenant !== connect.tenant) throw new Error("this object is another tenant's");
      const full = room.full(connect);
      if (full !== null) return new Response(full, { status: 429 });
      const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
      this.ctx.acceptWebSocket(server);
      room.enter(server, connect);
      await this.arm();
      this.counted();
      const headers: Record<string, string> = connect.protocol === null ? {} : { "sec-websocket-protocol": connect.protocol };
      return new Response(null, { status: 101, webSocket: client, headers });
    }

    async arm(): Promise<void> {
      if (this.armed) return;
      this.armed = true;
      if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + checkEveryMs);
    }

    counted(): void {
      if (this.open) this.platform.count(this.open.tenant, this.open.room.members.size);
    }

    override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
      await this.open?.room.frame(socket, data);
    }

    override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
      this.left(socket);
      // 1005 and 1006 say that there was no code; they must not be sent.
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    }

    override async webSocketError(socket: WebSocket): Promise<void> {
      this.left(socket);
    }

    left(socket: WebSocket): void {
      this.open?.room.leave(socket);
      this.counted();
    }

    async erase(): Promise<void> {
      for (const socket of this.ctx.getWebSockets()) socket.close(1001, "the tenant is gone");
      this.open = null;
      this.armed = false;
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
    }

    /** Never throws: that would be tried again at once, and for ever. */
    override async alarm(): Promise<void> {
      this.armed = false;
      if (!this.open) return;
      try {
        const next = await this.open.upkeep.run();
        this.counted();
        if (next === null) return;
        this.armed = true;
        await this.ctx.storage.setAlarm(next);
      } catch (error) {
        console.error(JSON.stringify({ level: "error", event: "realtime.upkeep", tenant: this.open?.tenant, message: error instanceof Error ? error.name : "unknown" }));
        await this.ctx.storage.setAlarm(Date.now() + checkEveryMs);
      }
    }
  };
}
