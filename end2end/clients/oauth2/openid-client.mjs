// Runs discovery and one grant with npm's openid-client.
import { createInterface } from "node:readline/promises";
import * as client from "openid-client";

const { PORTAL, BACK, CLIENT_ID, CLIENT_SECRET } = process.env;
const print = (value) => console.log(JSON.stringify(value));
const errorOf = (promise) => promise.then(() => null, (error) => error.error ?? String(error));

const config = await client.discovery(
  new URL(PORTAL),
  CLIENT_ID,
  CLIENT_SECRET || undefined,
  CLIENT_SECRET ? client.ClientSecretBasic(CLIENT_SECRET) : client.None(),
  // The server listens on the loopback address without TLS.
  { algorithm: "oauth2", execute: [client.allowInsecureRequests] },
);
print(config.serverMetadata());

async function currentUser(accessToken) {
  const response = await client.fetchProtectedResource(config, accessToken, new URL("/api/v4/currentUser", PORTAL), "GET");
  return response.json();
}

const grants = {
  async client_credentials() {
    const tokens = await client.clientCredentialsGrant(config, { scope: "current.user:read asset:read" });
    const user = await currentUser(tokens.access_token);
    const before = await client.tokenIntrospection(config, tokens.access_token);
    await client.tokenRevocation(config, tokens.access_token);
    const after = await client.tokenIntrospection(config, tokens.access_token);
    const rejected = await errorOf(client.clientCredentialsGrant(config, { scope: "offline" }));
    print({ user, before, after, rejected });
  },
  async authorization_code() {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: BACK,
      scope: "offline current.user:read",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
    });
    print({ url: url.href });
    const lines = createInterface({ input: process.stdin });
    const back = new URL(await new Promise((resolve) => lines.once("line", resolve)));
    lines.close();
    // Checks state and, because the metadata announces it, iss.
    const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
    const user = await currentUser(renewed.access_token);
    await client.tokenRevocation(config, renewed.refresh_token);
    const rejected = await errorOf(client.refreshTokenGrant(config, renewed.refresh_token));
    print({ user, first: tokens.refresh_token, second: renewed.refresh_token, rejected });
  },
};
await grants[process.argv[2]]();
