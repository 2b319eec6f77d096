// npm's @bynder/bynder-js-sdk as it is published, with one grant.
const { createInterface } = require("node:readline");
const Bynder = require("@bynder/bynder-js-sdk");

const { PORTAL, BACK, CLIENT_ID, CLIENT_SECRET } = process.env;
const say = (value) => console.log(JSON.stringify(value));
const options = { baseURL: `${PORTAL}/api/`, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, redirectUri: BACK };

const grants = {
  async client_credentials() {
    const bynder = new Bynder(options);
    await bynder.getTokenClientCredentials();
    const user = await bynder.api.send("GET", "v4/currentUser/");
    // What the product has and this server does not.
    const missing = await bynder.getMediaList({ limit: 1 }).catch((error) => error.response.status);
    say({ user, missing });
  },
  async authorization_code() {
    const bynder = new Bynder(options);
    say({ url: bynder.makeAuthorizationURL("a state", "offline current.user:read") });
    const lines = createInterface({ input: process.stdin });
    const back = new URL(await new Promise((resolve) => lines.once("line", resolve)));
    lines.close();
    const { token } = await bynder.getToken(back.searchParams.get("code"));
    // As a program keeps it, out of date: the SDK refreshes it before its next call.
    const kept = new Bynder({ ...options, token: { ...token, expires_at: new Date(0) } });
    const user = await kept.api.send("GET", "v4/currentUser/");
    say({ user, first: token.refresh_token, second: kept.api.token.token.refresh_token });
  },
};
grants[process.argv[2]]().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
