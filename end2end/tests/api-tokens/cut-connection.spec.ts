// However early the connection is cut: either nothing was made, or its secret is still there to be read.

import { connect } from "node:net";
import { apiTokens, dialog, press, reload, signIn, valueOf } from "../../support/steps.ts";
import { expect, test } from "../../support/test.ts";

const cuts = ["inside the head", "inside the body", "after the body", "after the body", "at the first byte of the answer"] as const;

test("what was made over a connection that was cut can be read, all of it and nothing else", async ({ page, account, server }) => {
  await signIn(page, account.admin, apiTokens);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  for (const [index, cut] of cuts.entries()) await createAndCut(server.url, cookie, `Consumer ${index}`, cut);
  // The server makes one thing at a time, so once this is made, those before it are or never will be.
  const last = await page.request.post("/fn/consumers/create", {
    form: { name: "Last", back: apiTokens },
    headers: { origin: server.url },
  });
  expect(last.status()).toBe(200);

  await reload(page);
  const shown = dialog(page, "The consumer was created");
  const made = (await account.consumers()).map((consumer) => consumer.consumer_key);
  const read: string[] = [];
  while (read.length < made.length) {
    const key = valueOf(shown, "Consumer key");
    expect(await valueOf(shown, "Consumer secret").innerText()).toMatch(/^\S{20,}$/);
    read.push(await key.innerText());
    await press(shown, "OK");
    await expect(page.getByText(read.at(-1)!)).toHaveCount(0);
  }
  await expect(shown).toHaveCount(0);
  expect(read.sort()).toEqual(made.sort());
  const names = (await account.consumers()).map(({ name }) => name);
  // A request that did not arrive whole has made nothing; one that was answered has.
  expect(names).not.toContain("Consumer 0");
  expect(names).not.toContain("Consumer 1");
  expect(names).toContain("Consumer 4");
});

/** Sends the form of "Create new consumer" by hand, and hangs up at the given point. */
function createAndCut(origin: string, cookie: string, name: string, cut: (typeof cuts)[number]): Promise<void> {
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
  const sent = cut === "inside the head" ? head.slice(0, 60) : cut === "inside the body" ? head + body.slice(0, 8) : whole;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const hangUp = () => socket.destroy();
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", hangUp);
    socket.write(sent, () => cut !== "at the first byte of the answer" && hangUp());
  });
}
