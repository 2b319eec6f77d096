// Signs requests as RFC 5849 describes. Written from its text, independently of the server.

import { constants, createHmac, randomUUID, sign as signWith } from "node:crypto";

/** Consumer credentials and, except for a request token request, token credentials. */
export interface Credential {
  consumerKey: string;
  consumerSecret: string;
  token?: string;
  tokenSecret?: string;
}

type Pairs = [string, string][];

/** Signs and sends a request. `extra` holds further OAuth parameters, such as `oauth_callback`. */
export async function signedFetch(
  method: string,
  address: string,
  credential: Credential,
  { extra = [] as Pairs, privateKey = "" } = {},
): Promise<Response> {
  return fetch(address, { method, headers: { authorization: authorization(method, address, credential, extra, privateKey) } });
}

function authorization(method: string, address: string, credential: Credential, extra: Pairs, privateKey: string): string {
  const url = new URL(address);
  const parameters: Pairs = [
    ["oauth_consumer_key", credential.consumerKey],
    ["oauth_nonce", randomUUID()],
    ["oauth_signature_method", privateKey ? "RSA-SHA1" : "HMAC-SHA1"],
    ["oauth_timestamp", String(Math.floor(Date.now() / 1000))],
    ["oauth_version", "1.0"],
    ...extra,
  ];
  if (credential.token) parameters.push(["oauth_token", credential.token]);
  const base = baseString(method, url, [...parameters, ...url.searchParams]);
  const key = `${encode(credential.consumerSecret)}&${encode(credential.tokenSecret ?? "")}`;
  const signature = privateKey
    ? signWith("sha1", Buffer.from(base), { key: privateKey, padding: constants.RSA_PKCS1_PADDING }).toString("base64")
    : createHmac("sha1", key).update(base).digest("base64");
  parameters.push(["oauth_signature", signature]);
  return `OAuth ${parameters.map(([name, value]) => `${encode(name)}="${encode(value)}"`).join(", ")}`;
}

/** Builds the signature base string (RFC 5849 §3.4.1). */
function baseString(method: string, url: URL, parameters: Pairs): string {
  const normalized = parameters
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  return [method.toUpperCase(), `${url.origin}${url.pathname}`, normalized].map(encode).join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Percent-encodes (RFC 5849 §3.6). `encodeURIComponent` leaves five characters unencoded that must be encoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
