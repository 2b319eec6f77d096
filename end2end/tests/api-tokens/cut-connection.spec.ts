// If a connection is aborted, either nothing was created or the secret can still be read.

import { connect } from "node:net";
import { apiTokens, click, dialog, reload, signIn, valueOf } from "../../support/actions.ts";
import { expect, test } from "../../support/test.ts";

const abortPoints = ["inside the head", "inside the body", "after the body", "after the body", "at the first byte of the response"] as const;

test("every secret created over an aborted connection is shown afterward", async ({ page, account, server }) => {
  await signIn(page, account.admin, apiTokens);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  for (const [index, abortPoint] of abortPoints.entries()) await createAndAbort(server.url, cookie, `Consumer ${index}`, abortPoint);
  // The server creates one consumer at a time. Once this one is created, all earlier requests have ended.
  const last = await page.request.post("/fn/consumers/create", {
    form: { name: "Last", back: apiTokens },
    headers: { origin: server.url },
  });
  expect(last.status()).toBe(200);

  await reload(page);
  const shown = dialog(page, "The consumer was created");
  const created = (await account.consumers()).map((consumer) => consumer.consumer_key);
  const read: string[] = [];
  while (read.length < created.length) {
    const key = valueOf(shown, "Consumer key");
    expect(await valueOf(shown, "Consumer secret").innerText()).toMatch(/^\S{20,}$/);
    read.push(await key.innerText());
    await click(shown, "OK");
    await expect(page.getByText(read.at(-1)!)).toHaveCount(0);
  }
  await expect(shown).toHaveCount(0);
  expect(read.sort()).toEqual(created.sort());
  const names = (await account.consumers()).map(({ name }) => name);
  // An incomplete request creates nothing. A request with a response has created its consumer.
  expect(names).not.toContain("Consumer 0");
  expect(names).not.toContain("Consumer 1");
  expect(names).toContain("Consumer 4");
});

/** Sends the form of "Create new consumer" over a raw socket and closes it at the given point. */
function createAndAbort(origin: string, cookie: string, name: string, abortPoint: (typeof abortPoints)[number]): Promise<void> {
  const { host, hostname, port } = new URL(origin);
  const body = `name=${encodeURIComponent(name)}&back=${encodeURIComponent(apiTokens)}`;
  const head = [
    "POST /fn/consumers/create HTTP/1.1",
    `Host: ${host}`,
    `Origin: ${origin}`,
    `Cookie: ${cookie}`,
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${body.length}`,
    "",
    "",
  ].join("\r\n");
  const whole = head + body;
  const sent = abortPoint === "inside the head" ? head.slice(0, 60) : abortPoint === "inside the body" ? head + body.slice(0, 8) : whole;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const close = () => socket.destroy();
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", close);
    socket.write(sent, () => abortPoint !== "at the first byte of the response" && close());
  });
}
