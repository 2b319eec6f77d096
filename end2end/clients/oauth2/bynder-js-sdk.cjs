// Runs one grant with npm's @bynder/bynder-js-sdk.
const { createInterface } = require("node:readline");
const Bynder = require("@bynder/bynder-js-sdk");

const { PORTAL, BACK, CLIENT_ID, CLIENT_SECRET } = process.env;
const print = (value) => console.log(JSON.stringify(value));
const options = { baseURL: `${PORTAL}/api/`, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, redirectUri: BACK };

const grants = {
  async client_credentials() {
    const bynder = new Bynder(options);
    await bynder.getTokenClientCredentials();
    const user = await bynder.api.send("GET", "v4/currentUser/");
    // An endpoint that Bynder has and this server doesn't.
    const missing = await bynder.getMediaList({ limit: 1 }).catch((error) => error.response.status);
    print({ user, missing });
  },
  async authorization_code() {
    const bynder = new Bynder(options);
    print({ url: bynder.makeAuthorizationURL("a state", "offline current.user:read") });
    const lines = createInterface({ input: process.stdin });
    const back = new URL(await new Promise((resolve) => lines.once("line", resolve)));
    lines.close();
    const { token } = await bynder.getToken(back.searchParams.get("code"));
    // A stored, expired token: the SDK refreshes it before the next call.
    const stored = new Bynder({ ...options, token: { ...token, expires_at: new Date(0) } });
    const user = await stored.api.send("GET", "v4/currentUser/");
    print({ user, first: token.refresh_token, second: stored.api.token.token.refresh_token });
  },
};
grants[process.argv[2]]().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
