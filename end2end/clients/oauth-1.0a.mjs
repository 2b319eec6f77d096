// Sends requests signed by npm's oauth-1.0a: the current user, a list with special characters, and a form.
import { createHmac } from "node:crypto";
import OAuth from "oauth-1.0a";

const method = process.argv[2];
const { PORTAL, CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET } = process.env;
const oauth = new OAuth({
  consumer: { key: CONSUMER_KEY, secret: CONSUMER_SECRET },
  signature_method: method,
  hash_function: (text, key) => createHmac(method.split("-")[1].toLowerCase(), key).update(text).digest("base64"),
});

async function send(request, token, form) {
  const headers = oauth.toHeader(oauth.authorize({ ...request, data: form }, token));
  // The header already carries the oauth_ parameters.
  const body = form && new URLSearchParams(Object.entries(form).filter(([name]) => !name.startsWith("oauth_")));
  const response = await fetch(request.url, { method: request.method, headers, body });
  const text = await response.text();
  const isForm = response.headers.get("content-type") === "application/x-www-form-urlencoded";
  return { status: response.status, body: isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text) };
}

const token = { key: TOKEN, secret: TOKEN_SECRET };
const responses = [
  await send({ url: `${PORTAL}/api/v4/currentUser`, method: "GET" }, token),
  await send({ url: `${PORTAL}/api/v4/users/?limit=1&name=%C3%84%20b%2Bc&empty=`, method: "GET" }, token),
  await send({ url: `${PORTAL}/api/v4/oauth/request_token/`, method: "POST" }, undefined, {
    oauth_callback: "http://127.0.0.1:9/back?a=b%20c",
    name: "Ä b+c",
    empty: "",
  }),
];
console.log(JSON.stringify(responses));
