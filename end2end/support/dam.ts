// A stub DAM server with a token endpoint, an asset list and thumbnails.

import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connectorScopes } from "./oauth2.ts";

/** A PNG image of one pixel. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const assets = [
  { id: "a1", name: "Lighthouse at noon", type: "image", limited: 0, tags: ["coast"], thumbnails: { webimage: "/thumbs/a1.png" } },
  { id: "a2", name: "Press conference", type: "video", limited: 1, tags: ["press"], thumbnails: { webimage: "/thumbs/a2.png" } },
];

export class Dam {
  readonly #server: HttpServer;
  /** The client credentials that the token endpoint accepts. */
  client = { id: "client-of-the-dam", secret: "s3cret-of-the-dam" };
  /** The scopes in the token response. */
  scopes = connectorScopes;
  /** Delays each token response until it resolves. */
  tokenDelay: Promise<void> = Promise.resolve();

  private constructor() {
    this.#server = createServer((request, response) => void this.#respond(request, response));
  }

  static async start(): Promise<Dam> {
    const dam = new Dam();
    await new Promise<void>((resolve) => dam.#server.listen(0, "127.0.0.1", resolve));
    return dam;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const path = request.url ?? "";
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (path.startsWith("/thumbs/")) {
      response.writeHead(200, { "content-type": "image/png" });
      response.end(pixel);
    } else if (path === "/v6/authentication/oauth2/token") {
      await this.tokenDelay;
      const { id, secret } = this.client;
      const expected = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
      if (request.headers.authorization !== expected) json(401, { error: "invalid_client" });
      else json(200, { access_token: "token-of-the-dam", scope: this.scopes.join(" ") });
    } else if (path.startsWith("/api/v4/media/")) {
      const isAuthorized = request.headers.authorization === "Bearer token-of-the-dam";
      json(isAuthorized ? 200 : 401, isAuthorized ? assets : {});
    } else {
      json(404, {});
    }
  }
}
